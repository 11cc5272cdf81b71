//===- Pooling.cpp - Maximum and average pooling --------------------------===//
//
// (A25) max_pool: y = max over the window's elements inside the input (the type's least value where there is none).
// (A26) average_pool: acc = sum of (x - Zx) over the n counted elements, requantized with list index n - 1: the
// multipliers contain 1 / n. Padding is counted with count_include_pad, as the zero point.
//
//===----------------------------------------------------------------------===//
#include "Accumulator.h"
#include "Fast/Prepare.h"
#include "Operators.h"
#include "Reach.h"
#include "Window.h"

#include "ZeroPoints.h"
#include <functional>
#include <limits>
#include <numeric>

namespace tare::kernels {
namespace {

Status checkKernel(const std::vector<int32_t> &kernel, const TensorType &input) {
  TARE_TRY(checkActivation(input, "the input"));
  TARE_TRY(checkRank(input, 3, 4, "the input"));
  TARE_TRY(checkListLength(kernel.size(), input.shape.size() - 2, "kernel"));
  return checkList(kernel, 1, INT32_MAX, "kernel");
}

/// Padding as wide as the kernel would make windows without an element.
Status checkPadding(const Window &window) {
  for (const WindowAxis &axis : window) {
    int64_t extent = axis.dilation * (axis.kernel - 1) + 1;
    TARE_TRY(require(axis.padLow < extent && axis.padHigh < extent,
                     "the padding {} and {} must be less than the kernel's extent {}", axis.padLow, axis.padHigh,
                     extent));
  }
  return success();
}

Window poolWindow(const std::vector<int32_t> &kernel, const WindowLists &lists, const Shape &input) {
  std::vector<int64_t> sizes(kernel.begin(), kernel.end());
  return makeWindow(lists, sizes, spatialDims(input));
}

Result<Shape> poolShape(const std::vector<int32_t> &kernel, const WindowLists &lists, const Shape &input) {
  TARE_TRY(checkWindowLists(lists, input.size() - 2));
  Window window = poolWindow(kernel, lists, input);
  TARE_TRY(fitWindow(window));
  TARE_TRY(checkPadding(window));
  Shape shape = windowResult(input[0], window, input.size() - 2, input.back());
  TARE_TRY(checkShape(shape, "the result"));
  return shape;
}

/// Calls f(index) with the element offset of each of the window's pixels inside
/// the image, for output (y, x).
template <typename F> void forEachPixel(const Window &window, int64_t channels, int64_t y, int64_t x, F &&f) {
  const auto &[h, w] = window;
  for (int64_t ky = 0; ky < h.kernel; ++ky)
    for (int64_t kx = 0; kx < w.kernel; ++kx) {
      int64_t sy = h.source(y, ky), sx = w.source(x, kx);
      if (h.inside(sy) && w.inside(sx))
        f((sy * w.input + sx) * channels);
    }
}

/// Calls f(image, index, y, x, c) for each output element.
template <typename F> void forEachOutput(const Shape &result, F &&f) {
  ImageShape out = imageShape(result);
  int64_t index = 0;
  for (int64_t n = 0; n < out.batch; ++n)
    for (int64_t y = 0; y < out.height; ++y)
      for (int64_t x = 0; x < out.width; ++x)
        for (int64_t c = 0; c < out.channels; ++c)
          f(n, index++, y, x, c);
}

Result<TensorType> inferMax(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &pool = parameters<program::MaxPoolT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkKernel(pool.kernel, operands[0]));
  Result<Shape> shape = poolShape(pool.kernel, {pool.strides, pool.pads, pool.dilations}, operands[0].shape);
  TARE_TRY(shape);
  return TensorType{operands[0].element, *shape};
}

template <typename T> void runMax(const program::MaxPoolT &pool, ConstTensorView input, TensorView result) {
  const Shape &shape = input.type.shape;
  Window window = poolWindow(pool.kernel, {pool.strides, pool.pads, pool.dilations}, shape);
  int64_t channels = shape.back(), image = elementCount(shape) / shape[0];
  forEachOutput(result.type.shape, [&](int64_t n, int64_t index, int64_t y, int64_t x, int64_t c) {
    T best = std::numeric_limits<T>::min();
    forEachPixel(window, channels, y, x,
                 [&](int64_t offset) { best = std::max(best, input.as<T>()[n * image + offset + c]); });
    result.as<T>()[index] = best;
  });
}

void referenceMax(const program::OpUnion &op, std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(result.type.element, [&](auto type) {
    runMax<decltype(type)>(parameters<program::MaxPoolT>(op), operands[0], result);
  });
}

Result<TensorType> inferAverage(const program::OpUnion &op, std::span<const TensorType> operands) {
  const auto &pool = parameters<program::AveragePoolT>(op);
  TARE_TRY(checkOperands(operands, 1));
  TARE_TRY(checkKernel(pool.kernel, operands[0]));
  TARE_TRY(checkZeroPoint(pool.input_zero_point, operands[0].element, "input_zero_point"));
  Result<Shape> shape = poolShape(pool.kernel, {pool.strides, pool.pads, {}}, operands[0].shape);
  TARE_TRY(shape);
  int64_t window = 1;
  for (int64_t size : pool.kernel)
    window = saturatingMultiply(window, size);
  TARE_TRY(checkRequant(pool.requant.get(), window, operands[0].element));
  return TensorType{operands[0].element, *shape};
}

template <typename T>
void runAverage(const program::AveragePoolT &pool, const program::RequantT *requant, ConstTensorView input,
                TensorView result) {
  ExactSink<T> sink(requant, result);
  const Shape &shape = input.type.shape;
  Window window = poolWindow(pool.kernel, {pool.strides, pool.pads, {}}, shape);
  int64_t channels = shape.back(), image = elementCount(shape) / shape[0];
  forEachOutput(result.type.shape, [&](int64_t n, int64_t index, int64_t y, int64_t x, int64_t c) {
    int64_t sum = 0, counted = 0;
    forEachPixel(window, channels, y, x, [&](int64_t offset) {
      sum += int64_t(input.as<T>()[n * image + offset + c]) - pool.input_zero_point;
      ++counted;
    });
    if (pool.count_include_pad)
      counted = window[0].kernel * window[1].kernel;
    sink.store(index, uint64_t(sum), counted - 1);
  });
}

void computeAverage(const program::AveragePoolT &pool, const program::RequantT *requant,
                    std::span<const ConstTensorView> operands, TensorView result) {
  dispatchActivation(operands[0].type.element,
                     [&](auto type) { runAverage<decltype(type)>(pool, requant, operands[0], result); });
}

int64_t sizeOf(const program::AveragePoolT &pool) {
  return std::accumulate(pool.kernel.begin(), pool.kernel.end(), int64_t(1), std::multiplies<>());
}

/// All windows alike, or a list by the number of elements.
std::vector<Reach> reaches(const program::OpUnion &op, std::span<const Operand> operands, const TensorType &) {
  const auto &pool = parameters<program::AveragePoolT>(op);
  Interval distance = distances(operands[0], pool.input_zero_point);
  bool byCount = pool.requant && entryCount(*pool.requant) > 1;
  std::vector<Reach> result;
  for (int64_t size = sizeOf(pool), n = byCount ? 1 : size; n <= size; ++n) {
    Interval sum = times(distance, n);
    result.push_back({byCount ? n - 1 : 0, sum.first, sum.second, double(n)});
  }
  return result;
}

std::optional<int64_t> bound(const program::OpUnion &op, std::span<const Operand> operands) {
  const auto &pool = parameters<program::AveragePoolT>(op);
  return largest(times(distances(operands[0], pool.input_zero_point), sizeOf(pool)));
}

} // namespace

using Average = Accumulating<program::AveragePoolT, computeAverage>;

const OpKernel maxPoolKernel = {
    "max_pool",     inferMax, referenceMax,
    prepareMaxPool, noMacs,   {Meaning::movement, {"input"}, Layout::channelsLast, zeroPointsIn<program::MaxPoolT>}};
const OpKernel averagePoolKernel = {
    "average_pool",
    inferAverage,
    Average::reference,
    prepareAveragePool,
    noMacs,
    {Meaning::scaled, {"input"}, Layout::channelsLast, zeroPointsIn<program::AveragePoolT>},
    exactAccumulator,
    Average::accumulate,
    Scaling{requantIn<program::AveragePoolT>, 1, reaches, bound}};

} // namespace tare::kernels
