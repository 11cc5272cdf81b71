//===- Elementwise.cpp - Element by element in C --------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Walks.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Kernels/Tables.h"

#include <cstdlib>

using namespace tare;
using namespace tare::csource;

namespace {

/// The rows of two operands that broadcast.
struct PairRows {
  Walk walk;
  Walk::Row row;

  explicit PairRows(const LayerWriter &layer)
      : walk(broadcastWalk({layer.shape(0), layer.shape(1)}, layer.result().shape)), row(walk.takeRow()) {}

  void addTo(Parameters &parameters, Unit &unit) const {
    walk.addTo(parameters, unit);
    parameters["LEFT"] = row.steps[0] ? "i" : "0";
    parameters["RIGHT"] = row.steps[1] ? "i" : "0";
  }
  std::vector<Member> members() const { return {{"rows", walk.value()}, member("length", row.length)}; }
};

void writePair(LayerWriter &layer, std::string_view operation, Parameters parameters, const PairRows &rows,
               const Requantization &requant, std::vector<Member> members) {
  ElementType element = layer.type(0).element;
  parameters["X"] = typeOf(element);
  rows.addTo(parameters, layer.unit);
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel(operation, kernelName(operation, element), parameters);
  std::vector<Member> all = rows.members();
  all.insert(all.end(), members.begin(), members.end());
  requant.addTo(all);
  layer.run(kernel, all, {layer.operandPlace(0), layer.operandPlace(1), layer.resultPlace()});
}

} // namespace

Status csource::lowerAdd(LayerWriter &layer) {
  const program::AddT &add = *layer.op().AsAdd();
  ElementType x = layer.type(0).element;
  auto largestTerm = [&](int64_t zero, int64_t multiplier) { return largestDistance(x, zero) * std::abs(multiplier); };
  Sums sums = exactSums(largestTerm(add.lhs_zero_point, add.lhs_multiplier) +
                        largestTerm(add.rhs_zero_point, add.rhs_multiplier));
  program::RequantT ofSum = kernels::requantOfSum(add);
  Requantization requant = requantization(layer, &ofSum, sums, x);
  writePair(layer, "add", {{"SUM", sums.type}}, PairRows(layer), requant,
            {member("left_zero", add.lhs_zero_point), member("right_zero", add.rhs_zero_point),
             member("left_multiplier", add.lhs_multiplier), member("right_multiplier", add.rhs_multiplier)});
  return success();
}

Status csource::lowerMul(LayerWriter &layer) {
  const program::MulT &mul = *layer.op().AsMul();
  ElementType x = layer.type(0).element;
  Sums sums = exactSums(largestDistance(x, mul.lhs_zero_point) * largestDistance(x, mul.rhs_zero_point));
  Requantization requant = requantization(layer, mul.requant.get(), sums, x);
  bool isShared = kernels::entryCount(*mul.requant) == 1;
  const Shape &shape = layer.result().shape;
  writePair(layer, "mul", {{"SUM", sums.type}, {"CHANNEL", isShared ? "0" : "i % l->channels"}}, PairRows(layer),
            requant,
            {member("channels", shape.empty() ? 1 : shape.back()), member("left_zero", mul.lhs_zero_point),
             member("right_zero", mul.rhs_zero_point)});
  return success();
}

Status csource::lowerRescale(LayerWriter &layer) {
  const program::RescaleT &rescale = *layer.op().AsRescale();
  ElementType x = layer.type(0).element, y = layer.result().element;
  Sums sums = exactSums(largestDistance(x, rescale.input_zero_point));
  Requantization requant = requantization(layer, rescale.requant.get(), sums, y);
  Parameters parameters{{"X", std::string(typeOf(x))}, {"Y", std::string(typeOf(y))}};
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel("rescale", kernelName("rescale", y), parameters);
  // One row where all channels have one requantization.
  int64_t count = layer.result().count();
  int64_t channels = kernels::entryCount(*rescale.requant) == 1 ? count : layer.result().shape.back();
  std::vector<Member> members{member("rows", count / channels), member("channels", channels),
                              member("zero", rescale.input_zero_point)};
  requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
  return success();
}

Status csource::lowerLookup(LayerWriter &layer) {
  ConstTensorView tables = layer.constant(1);
  if (!tables.data)
    return refusal("its table is computed, expected constants; convert the model anew");
  std::string_view kernel = layer.type(0).element == ElementType::i8 ? "lookup" : "lookup_lines";
  layer.unit.use(kernel);
  layer.run(std::string(kernel),
            {{"tables", layer.array("tables", tables)},
             member("count", layer.result().count()),
             member("channels", tables.count() / tables.type.shape.back())},
            {layer.operandPlace(0), layer.resultPlace()});
  return success();
}
