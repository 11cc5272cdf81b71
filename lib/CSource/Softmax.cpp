//===- Softmax.cpp - Softmax in C -----------------------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "tare/Kernels/Tables.h"

using namespace tare;
using namespace tare::csource;

namespace {

/// The kernel that reads exponentials, and the value of the table that it reads.
struct Exponentials {
  std::string type, function, value;
  /// What holds a sum, and one in 2^-15.
  std::string sum;
};

/// Of 8 bits: up to 2^16 exponentials below 2^16 have a sum of 32 bits.
Exponentials exactTable(LayerWriter &layer, ConstTensorView table, int64_t length) {
  layer.unit.use("exp_table");
  std::vector<uint16_t> entries(table.as<int32_t>(), table.as<int32_t>() + table.count());
  bool isShort = length <= int64_t(1) << 16;
  return {"exp_table", "exp_of", layer.array("exponentials", entries), isShort ? "uint32_t" : "uint64_t"};
}

/// Of 16 bits, of which a product counts 24 of one factor and 16 of the other.
Exponentials factoredTable(LayerWriter &layer, ConstTensorView table) {
  layer.unit.use("exp_factors");
  const int32_t *entries = table.as<int32_t>(), *factors = entries + kernels::coarseExponentials;
  std::vector<uint32_t> upper(entries, factors);
  for (uint32_t &entry : upper)
    entry &= (uint32_t(1) << kernels::exponentialBits) - 1;
  std::vector<uint16_t> lower(factors, entries + kernels::factoredTableSize);
  std::string value =
      structOf({{"upper", layer.array("exponentials", upper)}, {"lower", layer.array("factors", lower)}});
  return {"exp_factors", "exp_of_factors", value, "uint64_t"};
}

Exponentials interpolatedTable(LayerWriter &layer, ConstTensorView table) {
  layer.unit.use("exp_lines");
  return {"exp_lines", "exp_of_lines", layer.array("exponentials", table), "uint64_t"};
}

Exponentials exponentialsOf(LayerWriter &layer, ConstTensorView table, int64_t length) {
  if (layer.type(0).element == ElementType::i8)
    return exactTable(layer, table, length);
  return table.count() == kernels::factoredTableSize ? factoredTable(layer, table) : interpolatedTable(layer, table);
}

} // namespace

Status csource::lowerSoftmax(LayerWriter &layer) {
  const program::SoftmaxT &softmax = *layer.op().AsSoftmax();
  ConstTensorView table = layer.constant(1);
  if (!table.data)
    return refusal("its table is computed, expected constants; convert the model anew");
  const Shape &shape = layer.shape(0);
  int64_t length = shape[softmax.axis], inner = elementCount(Shape(shape.begin() + softmax.axis + 1, shape.end()));
  Exponentials exponentials = exponentialsOf(layer, table, length);
  ElementType element = layer.type(0).element;
  Requantization requant =
      requantization(layer, softmax.requant.get(), exactSums(int64_t(1) << kernels::probabilityBits), element);
  Parameters parameters{{"X", std::string(typeOf(element))},
                        {"U", exponentials.sum},
                        {"TABLE", exponentials.type},
                        {"EXP", exponentials.function}};
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel("softmax", kernelName("softmax", element), parameters);
  std::vector<Member> members{{"table", exponentials.value},
                              member("outer", layer.type(0).count() / (length * inner)),
                              member("length", length),
                              member("inner", inner)};
  requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
  return success();
}
