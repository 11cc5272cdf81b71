//===- Products.cpp - Sums of products in C -------------------------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Walks.h"
#include "Windows.h"

using namespace tare;
using namespace tare::csource;

namespace {

std::span<const int64_t> spatialOf(const Shape &shape) { return std::span(shape).subspan(1, shape.size() - 2); }

/// What is multiplied by constant weights: x, weights, bias.
struct Weighted {
  ElementType x, bias, y;
  Sums sums;
  Requantization requant;
};

/// `factor`: the largest magnitude that a weight is multiplied by.
Result<Weighted> weightedOf(LayerWriter &layer, const program::RequantT *requant, int64_t factor) {
  for (size_t operand : {1, 2})
    if (!layer.constant(operand).data)
      return refusal("its {} are computed, expected constants; convert the model anew",
                     operand == 1 ? "weights" : "biases");
  std::vector<kernels::Operand> operands = layer.operands();
  ElementType x = layer.type(0).element, y = layer.result().element;
  Sums sums = productSums(x, largestWeightedSum(operands[1], operands[2], factor));
  return Weighted{x, layer.type(2).element, y, sums, requantization(layer, requant, sums, y)};
}

Parameters parametersOf(const Weighted &weighted) {
  Parameters parameters{{"X", std::string(typeOf(weighted.x))},
                        {"Y", std::string(typeOf(weighted.y))},
                        {"BIAS", std::string(typeOf(weighted.bias))},
                        {"SUM", weighted.sums.type}};
  weighted.requant.addTo(parameters);
  return parameters;
}

/// Rows of weights and the kernel that multiplies by them.
struct Filter {
  std::string kernel, value;

  Filter(LayerWriter &layer, const Weighted &weighted, int64_t inputs)
      : kernel(layer.unit.kernel("products", kernelName("products", weighted.x), parametersOf(weighted))) {
    std::vector<Member> members{{"weights", layer.array("weights", layer.constant(1))},
                                {"bias", layer.array("bias", layer.constant(2))},
                                member("inputs", inputs)};
    weighted.requant.addTo(members);
    value = structOf(members);
  }

  std::string type() const { return kernel + "_filter"; }
  Parameters parameters(const Weighted &weighted) const {
    return {{"X", std::string(typeOf(weighted.x))},
            {"Y", std::string(typeOf(weighted.y))},
            {"FILTER", type()},
            {"PRODUCTS", kernel}};
  }
};

void writeLinear(LayerWriter &layer, const Weighted &weighted, int64_t inputs, int64_t outputs) {
  Filter filter(layer, weighted, inputs);
  std::string kernel = layer.unit.kernel("linear", kernelName("linear", weighted.x), filter.parameters(weighted));
  layer.run(kernel,
            {{"filter", filter.value}, member("rows", layer.type(0).count() / inputs), member("outputs", outputs)},
            {layer.operandPlace(0), layer.resultPlace()});
}

/// The weights [O, taps, 1] as [taps, O].
std::vector<int8_t> turned(ConstTensorView weights) {
  int64_t outputs = weights.type.shape.front(), taps = weights.count() / outputs;
  std::vector<int8_t> result(weights.count());
  for (int64_t o = 0; o != outputs; ++o)
    for (int64_t tap = 0; tap != taps; ++tap)
      result[tap * outputs + o] = weights.as<int8_t>()[o * taps + tap];
  return result;
}

void writeDepthwise(LayerWriter &layer, const program::ConvT &conv, const Weighted &weighted, const Window &window) {
  layer.unit.use("window");
  Image input(layer.shape(0)), output(layer.result().shape);
  std::string kernel = layer.unit.kernel("depthwise", kernelName("depthwise", weighted.x), parametersOf(weighted));
  std::vector<Member> members{{"weights", layer.array("weights", turned(layer.constant(1)))},
                              {"bias", layer.array("bias", layer.constant(2))},
                              {"window", window.value(input, output)},
                              member("channels", input.channels),
                              member("padding", conv.input_zero_point)};
  weighted.requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
}

void writeConv(LayerWriter &layer, const program::ConvT &conv, const Weighted &weighted, const Window &window) {
  layer.unit.use("window");
  Image input(layer.shape(0)), output(layer.result().shape);
  int64_t seen = window.rows.kernel * window.columns.kernel * input.channels / conv.group;
  Filter filter(layer, weighted, seen);
  std::string kernel = layer.unit.kernel("conv", kernelName("conv", weighted.x), filter.parameters(weighted));
  layer.run(kernel,
            {{"filter", filter.value},
             {"window", window.value(input, output)},
             member("inputs", input.channels),
             member("outputs", output.channels),
             member("groups", conv.group),
             member("padding", conv.input_zero_point)},
            {layer.operandPlace(0), layer.resultPlace(), layer.scratch(weighted.x, seen)});
}

} // namespace

Status csource::lowerConv(LayerWriter &layer) {
  const program::ConvT &conv = *layer.op().AsConv();
  const Shape &weights = layer.shape(1);
  Window window({conv.strides, conv.pads, conv.dilations}, spatialOf(weights));
  if (Status fits = checkReach(window, Image(layer.result().shape)); !fits)
    return fits;
  // Padding, too, is a number of the operand's type.
  Result<Weighted> weighted = weightedOf(layer, conv.requant.get(), largestDistance(layer.type(0).element, 0));
  if (!weighted)
    return weighted.error();
  bool isDepthwise = conv.group == weights.front() && weights.back() == 1 && conv.group == layer.shape(0).back();
  if (window.isOnePixel(Image(layer.shape(0)), Image(layer.result().shape)) && conv.group == 1)
    writeLinear(layer, *weighted, weights.back(), weights.front());
  else if (isDepthwise)
    writeDepthwise(layer, conv, *weighted, window);
  else
    writeConv(layer, conv, *weighted, window);
  return success();
}

Status csource::lowerConvTranspose(LayerWriter &layer) {
  const program::ConvTransposeT &conv = *layer.op().AsConvTranspose();
  Window window({conv.strides, conv.pads, conv.dilations}, spatialOf(layer.shape(1)));
  Image input(layer.shape(0)), output(layer.result().shape);
  if (Status fits = checkReach(window, input); !fits)
    return fits;
  Result<Weighted> weighted =
      weightedOf(layer, conv.requant.get(), largestDistance(layer.type(0).element, conv.input_zero_point));
  if (!weighted)
    return weighted.error();
  layer.unit.use("window");
  std::string kernel =
      layer.unit.kernel("conv_transpose", kernelName("conv_transpose", weighted->x), parametersOf(*weighted));
  std::vector<Member> members{{"weights", layer.array("weights", layer.constant(1))},
                              {"bias", layer.array("bias", layer.constant(2))},
                              {"window", window.value(input, output)},
                              member("inputs", input.channels),
                              member("outputs", output.channels),
                              member("groups", conv.group),
                              member("zero", conv.input_zero_point)};
  weighted->requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.resultPlace()});
  return success();
}

Status csource::lowerLinear(LayerWriter &layer) {
  const program::LinearT &linear = *layer.op().AsLinear();
  Result<Weighted> weighted = weightedOf(layer, linear.requant.get(), largestDistance(layer.type(0).element, 0));
  if (!weighted)
    return weighted.error();
  writeLinear(layer, *weighted, layer.shape(1)[1], layer.shape(1)[0]);
  return success();
}

Status csource::lowerMatMul(LayerWriter &layer) {
  const program::MatMulT &matmul = *layer.op().AsMatMul();
  const Shape &a = layer.shape(0), &b = layer.shape(1), &y = layer.result().shape;
  int64_t rows = a[a.size() - 2], inner = a.back(), columns = b.back();
  ElementType x = layer.type(0).element;
  int64_t largest = limitedProduct(
      limitedProduct(largestDistance(x, matmul.lhs_zero_point), largestDistance(x, matmul.rhs_zero_point)), inner);
  Sums sums = productSums(x, largest);
  Requantization requant = requantization(layer, matmul.requant.get(), sums, layer.result().element);
  auto leading = [](const Shape &shape) { return Shape(shape.begin(), shape.end() - 2); };
  Walk walk = broadcastWalk({leading(a), leading(b)}, leading(y));
  walk.scale(0, rows * inner);
  walk.scale(1, inner * columns);
  Parameters parameters{
      {"X", std::string(typeOf(x))}, {"Y", std::string(typeOf(layer.result().element))}, {"SUM", sums.type}};
  walk.addTo(parameters, layer.unit);
  requant.addTo(parameters);
  std::string kernel = layer.unit.kernel("matmul", kernelName("matmul", x), parameters);
  std::vector<Member> members{{"matrices", walk.value()},
                              member("rows", rows),
                              member("inner", inner),
                              member("columns", columns),
                              member("left_zero", matmul.lhs_zero_point),
                              member("right_zero", matmul.rhs_zero_point)};
  requant.addTo(members);
  layer.run(kernel, members, {layer.operandPlace(0), layer.operandPlace(1), layer.resultPlace()});
  return success();
}
