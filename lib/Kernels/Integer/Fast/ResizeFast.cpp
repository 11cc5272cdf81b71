//===- ResizeFast.cpp - Resizing, all channels of a pixel at a time -------===//
#include "../Accumulator.h"
#include "../Window.h"
#include "Prepare.h"
#include "Vector.h"

#include <cstring>

namespace tare::kernels {
namespace {

constexpr int32_t one = 1 << 11;

/// An output coordinate's sources, and the upper one's weight in 2^-11.
struct Sources {
  int64_t lower, upper;
  int32_t weight;
};

std::vector<Sources> sourcesOf(const program::ResizeT &resize, size_t axis) {
  if (axis >= resize.axes.size())
    return {{0, 0, 0}}; // The height of a 1-D input.
  const program::ResizeAxisT &lists = *resize.axes[axis];
  std::vector<Sources> sources;
  bool linear = resize.mode == program::ResizeMode::linear;
  for (size_t i = 0; i < lists.lower.size(); ++i)
    sources.push_back({lists.lower[i], linear ? lists.upper[i] : lists.lower[i], linear ? lists.weight[i] : 0});
  return sources;
}

template <typename T> class ResizeKernel : public FastKernel {
public:
  ResizeKernel(const program::ResizeT &resize, const Shape &input, const VectorSet &set)
      : in(imageShape(input)), linear(resize.mode == program::ResizeMode::linear),
        rows(sourcesOf(resize, resize.axes.size() == 2 ? 0 : resize.axes.size())),
        columns(sourcesOf(resize, resize.axes.size() - 1)), set(set) {}

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    int64_t height = rows.size();
    Range own = share.of(in.batch * height);
    T *y = result.as<T>() + own.first * int64_t(columns.size()) * in.channels;
    for (int64_t i = own.first; i < own.last; ++i) {
      const T *x = operands[0].as<T>() + i / height * in.height * in.width * in.channels;
      for (const Sources &column : columns) {
        runPixel(x, rows[i % height], column, y);
        y += in.channels;
      }
    }
  }

private:
  void runPixel(const T *x, const Sources &row, const Sources &column, T *y) const {
    auto at = [&](int64_t sy, int64_t sx) { return x + (sy * in.width + sx) * in.channels; };
    if (!linear) {
      std::memcpy(y, at(row.lower, column.lower), in.channels * sizeof(T));
      return;
    }
    const T *corners[4] = {at(row.lower, column.lower), at(row.lower, column.upper), at(row.upper, column.lower),
                           at(row.upper, column.upper)};
    int32_t down = row.weight, right = column.weight;
    int32_t weights[4] = {(one - down) * (one - right), (one - down) * right, down * (one - right), down * right};
    if constexpr (sizeof(T) == 1)
      set.blend8(corners, weights, y, in.channels);
    else
      set.blend16(corners, weights, y, in.channels);
  }

  ImageShape in;
  bool linear;
  std::vector<Sources> rows, columns;
  const VectorSet &set;
};

} // namespace

std::unique_ptr<FastKernel> prepareResize(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  std::unique_ptr<FastKernel> kernel;
  dispatchActivation(result.element, [&](auto type) {
    kernel = std::make_unique<ResizeKernel<decltype(type)>>(parameters<program::ResizeT>(op), operands[0].type.shape,
                                                            vectorSet());
  });
  return kernel;
}

} // namespace tare::kernels
