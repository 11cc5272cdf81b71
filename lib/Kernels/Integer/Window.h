//===- Window.h - Where a sliding window reads ------------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_WINDOW_H
#define TARE_LIB_KERNELS_INTEGER_WINDOW_H

#include "Checks.h"

#include <array>

namespace tare::kernels {

/// One spatial dimension of a convolution or pooling. Output o reads the inputs
/// o * stride - padLow + k * dilation.
struct WindowAxis {
  int64_t input = 1, output = 1, kernel = 1, stride = 1, padLow = 0, padHigh = 0, dilation = 1;

  int64_t source(int64_t o, int64_t k) const { return o * stride - padLow + k * dilation; }
  bool inside(int64_t i) const { return i >= 0 && i < input; }
};

/// Batch, height, width and channels of a channels-last tensor; one spatial
/// dimension is a height of 1.
struct ImageShape {
  int64_t batch = 1, height = 1, width = 1, channels = 1;
};
ImageShape imageShape(const Shape &shape);

/// The spatial attributes of an operator; an empty dilations means 1 everywhere
/// (pooling without dilation).
struct WindowLists {
  const std::vector<int32_t> &strides, &pads, &dilations;
};

/// Height and width; one spatial dimension is a height of 1.
using Window = std::array<WindowAxis, 2>;

/// Checks the lists' lengths and ranges for `rank` spatial dimensions.
Status checkWindowLists(const WindowLists &lists, size_t rank);
/// The window of an operator whose lists are checked, without output sizes;
/// `kernel` and `input` have one entry per spatial dimension.
Window makeWindow(const WindowLists &lists, std::span<const int64_t> kernel, std::span<const int64_t> input);
/// Sets the output sizes of a convolution or pooling; an error where the kernel
/// does not fit the padded input.
Status fitWindow(Window &window);

/// The dimensions between the first and the last.
inline std::span<const int64_t> spatialDims(const Shape &shape) {
  return std::span<const int64_t>(shape).subspan(1, shape.size() - 2);
}
/// [batch, the window's output sizes of the last `rank` dimensions, channels]
Shape windowResult(int64_t batch, const Window &window, size_t rank, int64_t channels);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_WINDOW_H
