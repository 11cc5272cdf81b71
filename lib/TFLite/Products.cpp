//===- Products.cpp - Sums of products as TFLite has them -----------------===//
#include "Lowering.h"
#include "Requantization.h"
#include "Weights.h"
#include "Windows.h"

#include <algorithm>

using namespace tare;
using namespace tare::tflite;

namespace {

/// [O, H, W, I / group] of weights with one or two spatial dimensions.
Dimensions filterOf(const Shape &shape) { return planesOf(shape); }

std::vector<int32_t> kernelOf(const Shape &weights) { return {weights.begin() + 1, weights.end() - 1}; }

/// The options that convolutions of both kinds have.
template <typename Options>
Options convolution(const WindowAxes &axes, schema::Padding padding, ActivationFunctionType fused) {
  Options options;
  options.padding = padding;
  options.stride_h = axes[0].stride;
  options.stride_w = axes[1].stride;
  options.dilation_h_factor = axes[0].dilation;
  options.dilation_w_factor = axes[1].dilation;
  options.fused_activation_function = fused;
  return options;
}

/// Whether each input channel has output channels of its own.
bool isDepthwise(const LayerWriter &layer, const program::ConvT &op) {
  return op.group > 1 && op.group == layer.shape(0).back();
}

Status writeConv(LayerWriter &layer, const program::ConvT &op, const WindowAxes &axes, ActivationFunctionType fused,
                 Index result) {
  Result<Weights> weights = weightsOf(layer, filterOf(layer.shape(1)));
  if (!weights)
    return weights.error();
  Result<Windowed> input = windowed(layer, axes);
  if (!input)
    return input.error();
  Result<Index> bias = addBias(layer, *weights, /*isFolded=*/true);
  if (!bias)
    return bias.error();
  writePlanes(layer, result, [&](Index planes) {
    if (!isDepthwise(layer, op)) {
      const Index filter = addWeights(layer, std::move(*weights));
      layer.network.addOperator(BuiltinOperator::CONV_2D, {input->input, filter, *bias}, planes,
                                convolution<schema::Conv2DOptionsT>(axes, input->padding, fused));
      return;
    }
    const Index filter = addWeights(layer, depthwise(std::move(*weights)));
    auto options = convolution<schema::DepthwiseConv2DOptionsT>(axes, input->padding, fused);
    options.depth_multiplier = int32_t(layer.resultType().shape.back() / op.group);
    layer.network.addOperator(BuiltinOperator::DEPTHWISE_CONV_2D, {input->input, filter, *bias}, planes, options);
  });
  return success();
}

} // namespace

Status tflite::lowerConv(LayerWriter &layer) {
  const program::ConvT &op = *layer.op().AsConv();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  const WindowAxes axes = windowsOf(layer, kernelOf(layer.shape(1)), op.strides, op.pads, op.dilations);
  return layer.withLimits(limitsOf(*op.requant), Fusing::activation, [&](ActivationFunctionType fused, Index result) {
    return writeConv(layer, op, axes, fused, result);
  });
}

namespace {

/// Where a transposed convolution's result lies in all that its input is spread to.
struct Spread {
  WindowAxes axes;
  schema::Padding padding = schema::Padding::VALID;

  /// The size that TFLite's layer gives along an axis: without a border of its own, all that the input reaches.
  int64_t size(size_t axis) const {
    const WindowAxis &window = axes[axis];
    if (padding == schema::Padding::SAME)
      return window.output;
    return std::max((window.input - 1) * window.stride + window.reach(), window.begin + window.output);
  }
};

/// Seen from the result, whose windows the input's elements are.
Spread spreadOf(const LayerWriter &layer, const program::ConvTransposeT &op) {
  Spread spread{windowsOf(layer, kernelOf(layer.shape(1)), op.strides, op.pads, op.dilations)};
  auto isSame = [](const WindowAxis &axis) {
    return WindowAxis{axis.output, axis.input, axis.kernel, axis.stride, axis.dilation, axis.begin}.isSame();
  };
  if (std::ranges::all_of(spread.axes, isSame))
    spread.padding = schema::Padding::SAME;
  return spread;
}

/// `from` without what stands before the result along height and width, into `to`.
void cutBorder(LayerWriter &layer, Index from, Index to, const WindowAxes &axes) {
  const Index begins = layer.integers("begins", {0, int32_t(axes[0].begin), int32_t(axes[1].begin), 0});
  const Index sizes = layer.integers("sizes", layer.network.shape(to));
  layer.network.addOperator(BuiltinOperator::SLICE, {from, begins, sizes}, to, schema::SliceOptionsT());
}

/// The weights as TFLite's layer has them, which knows neither groups nor dilations.
Result<Index> addSpreadWeights(LayerWriter &layer, const program::ConvTransposeT &op, Weights weights,
                               const WindowAxes &axes) {
  if (op.group > 1)
    weights = ungrouped(weights, op.group);
  return addWeights(layer, dilated(weights, axes[0].dilation, axes[1].dilation));
}

Status writeConvTranspose(LayerWriter &layer, const program::ConvTransposeT &op, ActivationFunctionType fused,
                          Index result) {
  const Spread spread = spreadOf(layer, op);
  Result<Weights> weights = weightsOf(layer, filterOf(layer.shape(1)));
  if (!weights)
    return weights.error();
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  Result<Index> bias = addBias(layer, *weights, /*isFolded=*/false);
  if (!bias)
    return bias.error();
  Result<Index> filter = addSpreadWeights(layer, op, std::move(*weights), spread.axes);
  if (!filter)
    return filter.error();
  const Index input = layer.reshaped(*operand, planesOf(layer.shape(0)));
  writePlanes(layer, result, [&](Index planes) {
    TensorFacts facts = layer.factsOf(planes);
    const Dimensions wanted = facts.shape;
    for (size_t axis = 0; axis != spread.axes.size(); ++axis)
      facts.shape[axis + 1] = int32_t(spread.size(axis));
    const Index whole = facts.shape == wanted ? planes : layer.between("spread", facts);
    const Index shape = layer.integers("shape", layer.network.shape(whole));
    schema::TransposeConvOptionsT options;
    options.padding = spread.padding;
    options.stride_h = spread.axes[0].stride;
    options.stride_w = spread.axes[1].stride;
    options.fused_activation_function = fused;
    layer.network.addOperator(BuiltinOperator::TRANSPOSE_CONV, {shape, *filter, input, *bias}, whole, options);
    if (whole != planes)
      cutBorder(layer, whole, planes, spread.axes);
  });
  return success();
}

} // namespace

Status tflite::lowerConvTranspose(LayerWriter &layer) {
  const program::ConvTransposeT &op = *layer.op().AsConvTranspose();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  return layer.withLimits(limitsOf(*op.requant), Fusing::activation, [&](ActivationFunctionType fused, Index result) {
    return writeConvTranspose(layer, op, fused, result);
  });
}

/// Rows of activations, which TFLite's layer is given as a matrix.
static Status writeLinear(LayerWriter &layer, ActivationFunctionType fused, Index result) {
  Result<Weights> weights = weightsOf(layer, dimensionsOf(layer.shape(1)));
  if (!weights)
    return weights.error();
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  Result<Index> bias = addBias(layer, *weights, /*isFolded=*/true);
  if (!bias)
    return bias.error();
  const int32_t outputs = int32_t(layer.shape(1)[0]), inputs = int32_t(layer.shape(1)[1]);
  const int32_t rows = int32_t(layer.type(0).count() / inputs);
  const Index input = layer.reshaped(*operand, {rows, inputs});
  const Index filter = addWeights(layer, std::move(*weights));
  TensorFacts facts = layer.factsOf(result);
  const bool isMatrix = facts.shape.size() == 2;
  facts.shape = {rows, outputs};
  const Index written = isMatrix ? result : layer.between("rows", std::move(facts));
  schema::FullyConnectedOptionsT options;
  options.fused_activation_function = fused;
  layer.network.addOperator(BuiltinOperator::FULLY_CONNECTED, {input, filter, *bias}, written, options);
  layer.reshape(written, result);
  return success();
}

Status tflite::lowerLinear(LayerWriter &layer) {
  const program::LinearT &op = *layer.op().AsLinear();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  return layer.withLimits(limitsOf(*op.requant), Fusing::activation, [&](ActivationFunctionType fused, Index result) {
    return writeLinear(layer, fused, result);
  });
}

Status tflite::lowerMatMul(LayerWriter &layer) {
  const program::MatMulT &op = *layer.op().AsMatMul();
  if (Status known = layer.checkGrids(2); !known)
    return known;
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  return layer.withLimits(limitsOf(*op.requant), Fusing::none, [&](ActivationFunctionType, Index result) -> Status {
    Result<Index> lhs = layer.operand(0), rhs = layer.operand(1);
    if (!lhs || !rhs)
      return lhs ? rhs.error() : lhs.error();
    layer.network.addOperator(BuiltinOperator::BATCH_MATMUL, {*lhs, *rhs}, result, schema::BatchMatMulOptionsT());
    return success();
  });
}
