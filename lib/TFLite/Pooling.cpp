//===- Pooling.cpp - Pools, means and shares as TFLite has them -----------===//
#include "Lowering.h"
#include "Prescribed.h"
#include "Requantization.h"
#include "Transposes.h"
#include "Weights.h"
#include "Windows.h"

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::tflite;

static schema::Pool2DOptionsT poolOptions(const WindowAxes &axes, schema::Padding padding) {
  schema::Pool2DOptionsT options;
  options.padding = padding;
  options.stride_h = axes[0].stride;
  options.stride_w = axes[1].stride;
  options.filter_height = axes[0].kernel;
  options.filter_width = axes[1].kernel;
  return options;
}

Status tflite::lowerMaxPool(LayerWriter &layer) {
  const program::MaxPoolT &op = *layer.op().AsMaxPool();
  if (std::ranges::any_of(op.dilations, [](int32_t dilation) { return dilation != 1; }))
    return refusal("dilations, which TFLite's pools have not; change the model's");
  const WindowAxes axes = windowsOf(layer, op.kernel, op.strides, op.pads, op.dilations);
  // A border never wins.
  Result<Windowed> input = windowed(layer, axes, endsOf(layer.type(0).element).least);
  if (!input)
    return input.error();
  Result<Index> result = layer.result();
  if (!result)
    return result.error();
  writePlanes(layer, *result, [&](Index planes) {
    layer.network.addOperator(BuiltinOperator::MAX_POOL_2D, {input->input}, planes, poolOptions(axes, input->padding));
  });
  return success();
}

namespace {

/// A mean over windows that all count the same number of elements, on another grid than they are: TFLite's own pool has
/// one grid, and a convolution of each channel with ones gives the same sums, with one rounding.
Status writeMeanByProducts(LayerWriter &layer, const WindowAxes &axes, ActivationFunctionType fused, Index result) {
  Result<Windowed> input = windowed(layer, axes);
  if (!input)
    return input.error();
  const int32_t channels = int32_t(layer.shape(0).back()), height = int32_t(axes[0].kernel),
                width = int32_t(axes[1].kernel);
  const float share = 1.0F / float(height * width);
  Weights ones{std::vector<int8_t>(size_t(height) * width * channels, 1),
               {1, height, width, channels},
               {std::vector<float>(channels, share), 0, 3}};
  const Index bias = addZeroBias(layer, ones), filter = addWeights(layer, ones);
  writePlanes(layer, result, [&](Index planes) {
    schema::DepthwiseConv2DOptionsT options;
    options.padding = input->padding;
    options.stride_h = axes[0].stride;
    options.stride_w = axes[1].stride;
    options.depth_multiplier = 1;
    options.fused_activation_function = fused;
    layer.network.addOperator(BuiltinOperator::DEPTHWISE_CONV_2D, {input->input, filter, bias}, planes, options);
  });
  return success();
}

/// TFLite's own pool, which counts no border, on the operand's grid, and what brings that to the result's.
Status writePool(LayerWriter &layer, const WindowAxes &axes, ActivationFunctionType fused, Index result) {
  Result<Windowed> input = windowed(layer, axes);
  if (!input)
    return input.error();
  TensorFacts facts = layer.factsOf(result);
  const bool isOnGrid = facts.grid == layer.grid(0);
  facts.grid = layer.grid(0);
  const Index pooled = isOnGrid ? result : layer.between("pooled", std::move(facts));
  writePlanes(layer, pooled, [&](Index planes) {
    schema::Pool2DOptionsT options = poolOptions(axes, input->padding);
    options.fused_activation_function = isOnGrid ? fused : ActivationFunctionType::NONE;
    layer.network.addOperator(BuiltinOperator::AVERAGE_POOL_2D, {input->input}, planes, options);
  });
  if (!isOnGrid)
    layer.requantize(pooled, result);
  return success();
}

} // namespace

Status tflite::lowerAveragePool(LayerWriter &layer) {
  const program::AveragePoolT &op = *layer.op().AsAveragePool();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  const WindowAxes axes = windowsOf(layer, op.kernel, op.strides, op.pads, {});
  const bool hasBorder = !std::ranges::all_of(axes, &WindowAxis::isValid),
             isOnGrid = layer.grid(0) == layer.resultGrid();
  const bool countsAlike = op.requant->multipliers.size() == 1;
  if (!countsAlike && (op.count_include_pad || !std::ranges::all_of(axes, &WindowAxis::isSame)))
    return refusal("windows that count different numbers of elements, with a border that is not TFLite's SAME; set "
                   "count_include_pad to 1 in the model, or change its pads");
  const bool isPool = !countsAlike || (isOnGrid && !hasBorder);
  return layer.withLimits(limitsOf(*op.requant), isPool && !isOnGrid ? Fusing::none : Fusing::activation,
                          [&](ActivationFunctionType fused, Index result) {
                            return isPool ? writePool(layer, axes, fused, result)
                                          : writeMeanByProducts(layer, axes, fused, result);
                          });
}

Status tflite::lowerReduceMean(LayerWriter &layer) {
  const program::ReduceMeanT &op = *layer.op().AsReduceMean();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  return layer.withLimits(limitsOf(*op.requant), Fusing::none, [&](ActivationFunctionType, Index result) -> Status {
    Result<Index> operand = layer.operand(0);
    if (!operand)
      return operand.error();
    schema::ReducerOptionsT options;
    options.keep_dims = op.keep_dims;
    const Index axes = layer.integers("axes", op.axes);
    layer.network.addOperator(BuiltinOperator::MEAN, {*operand, axes}, result, options);
    return success();
  });
}

/// Shares along the last axis, TFLite's only one.
static Status writeSoftmax(LayerWriter &layer, int32_t axis, Index result) {
  Result<Index> operand = layer.operand(0);
  if (!operand)
    return operand.error();
  schema::SoftmaxOptionsT options;
  options.beta = 1;
  const int32_t rank = int32_t(layer.shape(0).size());
  if (axis == rank - 1) {
    layer.network.addOperator(BuiltinOperator::SOFTMAX, {*operand}, result, options);
    return success();
  }
  // Two axes change places, so that the same order leads back.
  std::vector<int32_t> order(rank);
  std::iota(order.begin(), order.end(), 0);
  std::swap(order[axis], order[rank - 1]);
  TensorFacts turned = layer.factsOf(*operand), shares = layer.factsOf(result);
  std::swap(turned.shape[axis], turned.shape[rank - 1]);
  shares.shape = turned.shape;
  const Index from = layer.between("turned", std::move(turned)), to = layer.between("shares", std::move(shares));
  if (Status written = writeTranspose(layer, *operand, from, order); !written)
    return written;
  layer.network.addOperator(BuiltinOperator::SOFTMAX, {from}, to, options);
  return writeTranspose(layer, to, result, order);
}

Status tflite::lowerSoftmax(LayerWriter &layer) {
  const program::SoftmaxT &op = *layer.op().AsSoftmax();
  if (Status plain = checkRequant(op.requant.get()); !plain)
    return plain;
  const int32_t rank = int32_t(layer.shape(0).size());
  return layer.withLimits(limitsOf(*op.requant), Fusing::none, [&](ActivationFunctionType, Index result) {
    return throughGrid(layer, unitGrid(layer.resultType().element), result, [&](Index shares) {
      return writeSoftmax(layer, op.axis < 0 ? op.axis + rank : op.axis, shares);
    });
  });
}
