//===- ConvTranspose.cpp - Transposed convolution -------------------------===//
//
// (A16) Input (y, x) contributes (x - input_zero_point) * w[o, ky, kx, i] to the
// output (y * stride - pad + ky * dilation, ...). The number of contributions
// differs at the borders, so the zero point cannot be folded into the bias.
//
//===----------------------------------------------------------------------===//
#include "../Accumulator.h"
#include "../Fast/Prepare.h"
#include "../Operators.h"
#include "../Reach.h"
#include "Conv.h"

#include "../ZeroPoints.h"
#include <vector>

namespace tare::kernels {
namespace {

/// The window of the forward convolution whose transpose this is: its output is
/// our input.
Window forwardWindow(const program::ConvTransposeT &conv, const Shape &input, const Shape &weights) {
  return makeWindow({conv.strides, conv.pads, conv.dilations}, spatialDims(weights), spatialDims(input));
}

/// output = (input - 1) * stride - padLow - padHigh + dilation * (kernel - 1) +
/// output_padding + 1
Result<Shape> resultShape(const program::ConvTransposeT &conv, const Shape &input, const Shape &weights) {
  Shape shape = {input[0]};
  for (size_t i = 0, rank = input.size() - 2; i < rank; ++i) {
    __int128 size = __int128(input[i + 1] - 1) * conv.strides[i] - conv.pads[i] - conv.pads[i + rank] +
                    __int128(conv.dilations[i]) * (weights[i + 1] - 1) + conv.output_padding[i] + 1;
    TARE_TRY(require(size >= 1, "the padding leaves nothing of spatial dimension {}: {} + {}", i, conv.pads[i],
                     conv.pads[i + rank]));
    TARE_TRY(require(size <= maxElements, "the result's spatial dimension {} is larger than {}", i, maxElements));
    shape.push_back(int64_t(size));
  }
  shape.push_back(weights[0]);
  TARE_TRY(checkShape(shape, "the result"));
  return shape;
}

Result<TensorType> infer(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &conv = parameters<program::ConvTransposeT>(op);
  TARE_TRY(checkConvolution(
      {{conv.strides, conv.pads, conv.dilations}, conv.group, conv.input_zero_point, conv.requant.get()}, operands));
  const TensorType &x = operands[0], &w = operands[1];
  TARE_TRY(checkListLength(conv.output_padding.size(), x.shape.size() - 2, "output_padding"));
  TARE_TRY(checkList(conv.output_padding, 0, INT32_MAX, "output_padding"));
  Result<Shape> shape = resultShape(conv, x.shape, w.shape);
  TARE_TRY(shape);
  return TensorType{resultElement(x.element, conv.requant.get()), *shape};
}

/// Adds what input pixel (y, x) contributes to the sums of one image.
template <typename T>
void scatter(const program::ConvTransposeT &conv, const Window &window, const ImageShape &in, const ImageShape &out,
             const T *pixel, const int8_t *weights, int64_t y, int64_t x, int64_t *sums) {
  const auto &[h, w] = window;
  int64_t groupInputs = in.channels / conv.group, groupOutputs = out.channels / conv.group;
  for (int64_t ky = 0; ky < h.kernel; ++ky)
    for (int64_t kx = 0; kx < w.kernel; ++kx) {
      int64_t oy = h.source(y, ky), ox = w.source(x, kx);
      if (oy < 0 || oy >= out.height || ox < 0 || ox >= out.width)
        continue;
      for (int64_t o = 0; o < out.channels; ++o) {
        const int8_t *row = weights + ((o * h.kernel + ky) * w.kernel + kx) * groupInputs;
        const T *group = pixel + o / groupOutputs * groupInputs;
        int64_t sum = 0;
        for (int64_t i = 0; i < groupInputs; ++i)
          sum += (int64_t(group[i]) - conv.input_zero_point) * row[i];
        sums[(oy * out.width + ox) * out.channels + o] += sum;
      }
    }
}

template <typename T>
void run(const program::ConvTransposeT &conv, const program::RequantT *requant,
         std::span<const ConstTensorView> operands, TensorView result) {
  Window window = forwardWindow(conv, operands[0].type.shape, operands[1].type.shape);
  ImageShape in = imageShape(operands[0].type.shape), out = imageShape(result.type.shape);
  int64_t size = out.height * out.width * out.channels;
  const auto *bias = operands[2].as<typename AccumulatorOf<T>::type>();
  AccumulatorSink<T> sink(requant, result);
  std::vector<int64_t> sums(size);
  for (int64_t n = 0; n < in.batch; ++n) {
    std::fill(sums.begin(), sums.end(), 0);
    const T *pixel = operands[0].as<T>() + n * in.height * in.width * in.channels;
    for (int64_t y = 0; y < in.height; ++y)
      for (int64_t x = 0; x < in.width; ++x, pixel += in.channels)
        scatter(conv, window, in, out, pixel, operands[1].as<int8_t>(), y, x, sums.data());
    for (int64_t i = 0; i < size; ++i)
      sink.store(n * size + i, uint64_t(sums[i]) + uint64_t(bias[i % out.channels]), i % out.channels);
  }
}

void compute(const program::ConvTransposeT &conv, const program::RequantT *requant,
             std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { run<decltype(type)>(conv, requant, operands, result); });
}

int64_t macs(const program::OpUnion &, std::span<const TensorType> operands, const TensorType &) {
  const Shape &weights = operands[1].shape;
  return saturatingMultiply(operands[0].count() / operands[0].shape.back(), elementCount(weights));
}

Interval addend(const program::OpUnion &op, std::span<const Operand> operands) {
  return distances(operands[0], parameters<program::ConvTransposeT>(op).input_zero_point);
}

std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  return reachOfWeights(operands, addend(op, operands), /*partial=*/true);
}

std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  return boundOfWeights(operands, addend(op, operands), /*folded=*/0);
}

} // namespace

using Kernel = Accumulating<program::ConvTransposeT, compute>;
const OpKernel convTransposeKernel = {
    "conv_transpose",
    infer,
    Kernel::reference,
    prepareConvTranspose,
    macs,
    {Meaning::scaled, {"input", "weights", "bias"}, Layout::channelsLast, zeroPointsIn<program::ConvTransposeT>},
    accumulatorOf,
    Kernel::accumulate,
    Scaling{requantIn<program::ConvTransposeT>, 2, reaches, bound}};

} // namespace tare::kernels
