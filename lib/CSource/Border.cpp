//===- Border.cpp - Between integers and real numbers in C ----------------===//
#include "Lowering.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

Status csource::lowerQuantize(LayerWriter &layer) {
  const program::QuantizeT &quantize = *layer.op().AsQuantize();
  int64_t half = quantize.output == ElementType::i8 ? 128 : 32768;
  std::string type(typeOf(quantize.output));
  std::string kernel = layer.unit.kernel("quantize", kernelName("quantize", quantize.output), {{"Q", type}});
  layer.run(kernel,
            {{"scale", number(quantize.scale)},
             member("low", -half + quantize.narrow - quantize.zero_point),
             member("high", half - 1 - quantize.zero_point),
             member("zero", quantize.zero_point),
             member("count", layer.result().count())},
            {layer.operandPlace(0), layer.resultPlace()});
  return success();
}

Status csource::lowerDequantize(LayerWriter &layer) {
  const program::DequantizeT &dequantize = *layer.op().AsDequantize();
  const auto &[element, shape] = layer.type(0);
  // Of up to 17 bits by 24 the product is exact in double, and so rounded once, as float rounds it.
  bool isShort = element == ElementType::i8 || element == ElementType::i16;
  bool isFloat = isShort && std::ranges::all_of(dequantize.scales, [](double s) { return double(float(s)) == s; });
  std::string scales =
      isFloat ? layer.array("scales", std::vector<float>(dequantize.scales.begin(), dequantize.scales.end()))
              : layer.array("scales", dequantize.scales);
  bool isOne = dequantize.scales.size() == 1;
  int64_t count = layer.result().count(), channels = isOne ? 1 : shape[dequantize.axis];
  int64_t inner = isOne ? count : elementCount(Shape(shape.begin() + dequantize.axis + 1, shape.end()));
  std::string type(typeOf(element));
  std::string kernel = layer.unit.kernel(
      "dequantize", kernelName("dequantize", element),
      {{"Q", type}, {"WIDE", isShort ? "int32_t" : "int64_t"}, {"REAL", isFloat ? "float" : "double"}});
  layer.run(kernel,
            {{"scales", scales},
             member("outer", count / (channels * inner)),
             member("channels", channels),
             member("inner", inner),
             member("zero", dequantize.zero_point)},
            {layer.operandPlace(0), layer.resultPlace()});
  return success();
}
