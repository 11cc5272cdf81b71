//===- PoolingFast.cpp - Maximum and average pooling ----------------------===//
#include "../Accumulator.h"
#include "../Window.h"
#include "Loops.h"
#include "Prepare.h"
#include "PreparedRequant.h"
#include "Sums.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace tare::kernels {
namespace {

Window poolWindow(const std::vector<int32_t> &kernel, const WindowLists &lists, const Shape &input) {
  std::vector<int64_t> sizes(kernel.begin(), kernel.end());
  Window window = makeWindow(lists, sizes, spatialDims(input));
  (void)fitWindow(window);
  return window;
}

/// The kernel elements [first, last) of output o whose sources are inside the input.
Range insideElements(const WindowAxis &axis, int64_t o) {
  Range range = {0, axis.kernel};
  while (range.first < axis.kernel && axis.source(o, range.first) < 0)
    ++range.first;
  while (range.last > range.first && axis.source(o, range.last - 1) >= axis.input)
    --range.last;
  return range;
}

/// The outputs [first, last) of which all kernel elements are inside.
Range wholeOutputs(const WindowAxis &axis) {
  Range range = {0, axis.output};
  while (range.first < axis.output && axis.source(range.first, 0) < 0)
    ++range.first;
  while (range.last > range.first && axis.source(range.last - 1, axis.kernel - 1) >= axis.input)
    --range.last;
  return range;
}

/// See VectorSet::maxWindow8.
template <typename T>
void maxWindow(const VectorSet &set, const T *x, int64_t pixelStride, int64_t tapStride, int64_t taps, T *y,
               int64_t pixels, int64_t channels) {
  if constexpr (sizeof(T) == 1)
    set.maxWindow8(x, pixelStride, tapStride, taps, y, pixels, channels);
  else
    set.maxWindow16(x, pixelStride, tapStride, taps, y, pixels, channels);
}

/// Separable: the maximum of a window's rows (as whole rows, in scratch), then along the row.
template <typename T> class MaxPoolKernel : public FastKernel {
public:
  MaxPoolKernel(const program::MaxPoolT &pool, const Shape &input, const VectorSet &set)
      : window(poolWindow(pool.kernel, {pool.strides, pool.pads, pool.dilations}, input)), batch(input[0]),
        channels(input.back()), whole(wholeOutputs(window[1])), set(set) {}

  size_t scratchBytes() const override { return window[1].input * channels * sizeof(T); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    const auto &[h, w] = window;
    Range own = share.of(batch * h.output);
    T *y = result.as<T>() + own.first * w.output * channels, *rows = reinterpret_cast<T *>(scratch);
    for (int64_t row = own.first; row < own.last; ++row, y += w.output * channels) {
      const T *image = operands[0].as<T>() + row / h.output * h.input * w.input * channels;
      if (reduceRows(image, row % h.output, rows))
        reduceColumns(rows, y);
      else
        std::fill_n(y, w.output * channels, std::numeric_limits<T>::min());
    }
  }

private:
  /// Whether the window has any row inside.
  bool reduceRows(const T *x, int64_t o, T *rows) const {
    const auto &[h, w] = window;
    int64_t length = w.input * channels;
    Range taps = insideElements(h, o);
    if (taps.size() > 0)
      maxWindow(set, x + h.source(o, taps.first) * length, 0, h.dilation * length, taps.size(), rows, 1, length);
    return taps.size() > 0;
  }

  void reduceColumns(const T *rows, T *y) const {
    const WindowAxis &w = window[1];
    for (int64_t o = 0; o < w.output; ++o)
      if (o == whole.first && whole.size() > 0) {
        maxWindow(set, rows + w.source(o, 0) * channels, w.stride * channels, w.dilation * channels, w.kernel,
                  y + o * channels, whole.size(), channels);
        o = whole.last - 1;
      } else {
        reduceBorder(rows, o, y + o * channels);
      }
  }

  void reduceBorder(const T *rows, int64_t o, T *y) const {
    const WindowAxis &w = window[1];
    Range taps = insideElements(w, o);
    if (taps.size() > 0)
      maxWindow(set, rows + w.source(o, taps.first) * channels, 0, w.dilation * channels, taps.size(), y, 1, channels);
    else
      std::fill_n(y, channels, std::numeric_limits<T>::min());
  }

  Window window;
  int64_t batch, channels;
  Range whole;
  const VectorSet &set;
};

template <typename T> class AveragePoolKernel : public FastKernel {
public:
  AveragePoolKernel(const program::AveragePoolT &pool, const Shape &input, const VectorSet &set)
      : window(poolWindow(pool.kernel, {pool.strides, pool.pads, {}}, input)), batch(input[0]), channels(input.back()),
        zero(pool.input_zero_point), countPadding(pool.count_include_pad),
        requant(*pool.requant, window[0].kernel * window[1].kernel), set(set) {}

  size_t scratchBytes() const override { return channels * sizeof(int32_t); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    const auto &[h, w] = window;
    int64_t image = h.output * w.output;
    GridShare grid = gridShare(share, batch * image, elementBlocks(channels));
    Range pixels = grid.outer.of(batch * image), own = grid.inner.of(channels, elementBlock);
    for (int64_t i = pixels.first; i < pixels.last; ++i)
      runPixel(operands[0].as<T>() + i / image * h.input * w.input * channels, i % image, own,
               result.as<T>() + i * channels, reinterpret_cast<int32_t *>(scratch));
  }

private:
  /// Some channels of one pixel of an image.
  void runPixel(const T *x, int64_t pixel, Range own, T *y, int32_t *sums) const {
    const auto &[h, w] = window;
    int64_t top = h.source(pixel / w.output, 0), left = w.source(pixel % w.output, 0);
    int64_t bottom = std::min(top + h.kernel, h.input), right = std::min(left + w.kernel, w.input);
    top = std::max<int64_t>(top, 0), left = std::max<int64_t>(left, 0);
    int64_t counted = (bottom - top) * (right - left);
    std::fill_n(sums, own.size(), int32_t(-counted * zero));
    for (int64_t sy = top; sy < bottom; ++sy)
      for (int64_t sx = left; sx < right; ++sx)
        accumulate(set, x + (sy * w.input + sx) * channels + own.first, sums, own.size());
    int64_t entry = countPadding ? h.kernel * w.kernel : counted;
    requantizeSums(set, sums, y + own.first, own.size(), requant.entry(entry - 1));
  }

  Window window;
  int64_t batch, channels, zero;
  bool countPadding;
  PreparedRequant requant;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareMaxPool(const program::OpUnion &op, std::span<const Operand> operands,
                                           const TensorType &result) {
  const auto &pool = parameters<program::MaxPoolT>(op);
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel = std::make_unique<MaxPoolKernel<decltype(type)>>(pool, operands[0].type.shape, vectorSet());
  });
  return kernel;
}

std::unique_ptr<FastKernel> prepareAveragePool(const program::OpUnion &op, std::span<const Operand> operands,
                                               const TensorType &result) {
  const auto &pool = parameters<program::AveragePoolT>(op);
  int64_t size = 1;
  for (int32_t dim : pool.kernel)
    size = saturatingMultiply(size, dim);
  if (!fits32(size, result.element))
    return nullptr;
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel = std::make_unique<AveragePoolKernel<decltype(type)>>(pool, operands[0].type.shape, vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels
