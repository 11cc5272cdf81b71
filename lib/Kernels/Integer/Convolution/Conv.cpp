//===- Conv.cpp - Convolution ---------------------------------------------===//
//
// (A14) acc[n, y, x, o] = b[o] + sum over ky, kx, i of p[n, sy(y, ky), sx(x, kx), i]
// * w[o, ky, kx, i] where p is the raw input, and input_zero_point outside of
// it. The bias already contains -Zx * sum(w), so acc is on the grid Sx * Sw[o],
// zero 0.
//
//===----------------------------------------------------------------------===//
#include "Conv.h"

#include "../Accumulator.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../Reach.h"
#include "../ZeroPoints.h"

namespace tare::kernels {

ConvGeometry convGeometry(const program::ConvT &conv, const Shape &input, const Shape &weights) {
  ConvGeometry geometry;
  geometry.window = makeWindow({conv.strides, conv.pads, conv.dilations}, spatialDims(weights), spatialDims(input));
  (void)fitWindow(geometry.window);
  geometry.batch = input.front();
  geometry.inputChannels = input.back();
  geometry.outputChannels = weights.front();
  geometry.group = conv.group;
  return geometry;
}

Status checkConvolution(const ConvolutionAttributes &attributes, std::span<const TensorType> operands) {
  TARE_TRY(checkOperands(operands, 3));
  const TensorType &x = operands[0], &w = operands[1], &b = operands[2];
  TARE_TRY(checkActivation(x, "the input"));
  TARE_TRY(checkRank(x, 3, 4, "the input"));
  TARE_TRY(checkElement(w, {ElementType::i8}, "the weights"));
  TARE_TRY(checkRank(w, x.shape.size(), x.shape.size(), "the weights"));
  TARE_TRY(checkElement(b, {accumulatorOf(x.element)}, "the bias"));
  TARE_TRY(
      require(b.shape == Shape{w.shape[0]}, "the bias has the shape {}, expected {}", toString(b.shape), w.shape[0]));
  TARE_TRY(checkWindowLists(attributes.lists, x.shape.size() - 2));
  TARE_TRY(checkListLength(attributes.lists.dilations.size(), x.shape.size() - 2, "dilations"));
  int64_t group = attributes.group, inputs = x.shape.back(), outputs = w.shape.front();
  TARE_TRY(require(group >= 1, "group is {}, expected at least 1", group));
  TARE_TRY(require(inputs % group == 0 && outputs % group == 0,
                   "group {} does not divide the {} input and {} output channels", group, inputs, outputs));
  TARE_TRY(require(w.shape.back() == inputs / group, "the weights have {} input channels per group, expected {} / {}",
                   w.shape.back(), inputs, group));
  TARE_TRY(checkZeroPoint(attributes.inputZeroPoint, x.element, "input_zero_point"));
  return attributes.requant ? checkLayerRequant(attributes.requant, outputs, x.element) : success();
}

namespace {

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &conv = parameters<program::ConvT>(op);
  WindowLists lists = {conv.strides, conv.pads, conv.dilations};
  TARE_TRY(checkConvolution({lists, conv.group, conv.input_zero_point, conv.requant.get()}, operands));
  const TensorType &x = operands[0], &w = operands[1];
  Window window = makeWindow(lists, spatialDims(w.shape), spatialDims(x.shape));
  TARE_TRY(fitWindow(window));
  Shape shape = windowResult(x.shape[0], window, x.shape.size() - 2, w.shape[0]);
  TARE_TRY(checkShape(shape, "the result"));
  return TensorType{resultElement(x.element, conv.requant.get()), shape};
}

/// The sum over the window at output (y, x) of image `input`, for one output
/// channel.
template <typename T>
uint64_t convolve(const ConvGeometry &g, const T *input, const int8_t *weights, int64_t zeroPoint, int64_t y, int64_t x,
                  int64_t o) {
  const auto &[h, w] = g.window;
  int64_t channels = g.groupInputs(), first = o / g.groupOutputs() * channels;
  int64_t sum = 0;
  for (int64_t ky = 0; ky < h.kernel; ++ky)
    for (int64_t kx = 0; kx < w.kernel; ++kx) {
      int64_t sy = h.source(y, ky), sx = w.source(x, kx);
      const int8_t *row = weights + ((o * h.kernel + ky) * w.kernel + kx) * channels;
      if (h.inside(sy) && w.inside(sx)) {
        const T *pixel = input + (sy * w.input + sx) * g.inputChannels + first;
        for (int64_t i = 0; i < channels; ++i)
          sum += int32_t(pixel[i]) * row[i]; // 16 by 8 bits: no overflow.
      } else {
        for (int64_t i = 0; i < channels; ++i)
          sum += zeroPoint * row[i];
      }
    }
  return uint64_t(sum);
}

template <typename T>
void run(const program::ConvT &conv, const program::RequantT *requant, std::span<const ConstTensorView> operands,
         TensorView result) {
  ConvGeometry g = convGeometry(conv, operands[0].type.shape, operands[1].type.shape);
  const auto &[h, w] = g.window;
  const auto *bias = operands[2].as<typename AccumulatorOf<T>::type>();
  AccumulatorSink<T> sink(requant, result);
  int64_t index = 0;
  for (int64_t n = 0; n < g.batch; ++n) {
    const T *image = operands[0].as<T>() + n * h.input * w.input * g.inputChannels;
    for (int64_t y = 0; y < h.output; ++y)
      for (int64_t x = 0; x < w.output; ++x)
        for (int64_t o = 0; o < g.outputChannels; ++o)
          sink.store(index++,
                     convolve(g, image, operands[1].as<int8_t>(), conv.input_zero_point, y, x, o) + uint64_t(bias[o]),
                     o);
  }
}

void compute(const program::ConvT &conv, const program::RequantT *requant, std::span<const ConstTensorView> operands,
             TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { run<decltype(type)>(conv, requant, operands, result); });
}

int64_t macs(const program::OpUnion &, std::span<const TensorType> operands, const TensorType &result) {
  const Shape &weights = operands[1].shape;
  return saturatingMultiply(result.count(), elementCount(weights) / weights.front());
}

/// The bias contains -Zx * sum(w).
std::vector<Reach> reaches(const program::OpUnion &, std::span<const Operand> operands, const TensorType &) {
  return reachOfWeights(operands, distances(operands[0], 0), /*partial=*/false);
}

/// Where three stages add the zero point's share later, the accumulator is the bare sum.
std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &conv = parameters<program::ConvT>(op);
  int64_t zeroPoint = conv.requant && conv.requant->stages ? 0 : conv.input_zero_point;
  return boundOfWeights(operands, distances(operands[0], zeroPoint), /*folded=*/zeroPoint);
}

} // namespace

using Kernel = Accumulating<program::ConvT, compute>;
const OpKernel convKernel = {
    "conv",
    infer,
    Kernel::reference,
    prepareConv,
    macs,
    {Meaning::scaled, {"input", "weights", "bias"}, Layout::channelsLast, zeroPointsIn<program::ConvT>},
    accumulatorOf,
    Kernel::accumulate,
    Scaling{requantIn<program::ConvT>, 2, reaches, bound}};

} // namespace tare::kernels
