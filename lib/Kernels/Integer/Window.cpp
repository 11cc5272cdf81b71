//===- Window.cpp - Where a sliding window reads --------------------------===//
#include "Window.h"

namespace tare::kernels {

ImageShape imageShape(const Shape &shape) {
  if (shape.size() == 3)
    return {shape[0], 1, shape[1], shape[2]};
  return {shape[0], shape[1], shape[2], shape[3]};
}

Status checkWindowLists(const WindowLists &lists, size_t rank) {
  TARE_TRY(checkListLength(lists.strides.size(), rank, "strides"));
  TARE_TRY(checkListLength(lists.pads.size(), 2 * rank, "pads"));
  if (!lists.dilations.empty())
    TARE_TRY(checkListLength(lists.dilations.size(), rank, "dilations"));
  TARE_TRY(checkList(lists.strides, 1, INT32_MAX, "strides"));
  TARE_TRY(checkList(lists.pads, 0, INT32_MAX, "pads"));
  return checkList(lists.dilations, 1, INT32_MAX, "dilations");
}

Window makeWindow(const WindowLists &lists, std::span<const int64_t> kernel, std::span<const int64_t> input) {
  Window window;
  size_t rank = input.size();
  for (size_t i = 0; i < rank; ++i) {
    WindowAxis &axis = window[i + window.size() - rank];
    axis.input = input[i];
    axis.kernel = kernel[i];
    axis.stride = lists.strides[i];
    axis.padLow = lists.pads[i];
    axis.padHigh = lists.pads[i + rank];
    axis.dilation = lists.dilations.empty() ? 1 : lists.dilations[i];
  }
  return window;
}

Status fitWindow(Window &window) {
  for (WindowAxis &axis : window) {
    // Input and kernel are below 2^40 and the attributes below 2^31, so the
    // extent needs more than 64 bits.
    __int128 extent = __int128(axis.dilation) * (axis.kernel - 1) + 1;
    int64_t padded = axis.input + axis.padLow + axis.padHigh;
    TARE_TRY(require(extent <= padded,
                     "the kernel spans more than the padded input: size {}, "
                     "dilation {}, over {} + {} + {}",
                     axis.kernel, axis.dilation, axis.padLow, axis.input, axis.padHigh));
    axis.output = (padded - int64_t(extent)) / axis.stride + 1;
  }
  return success();
}

Shape windowResult(int64_t batch, const Window &window, size_t rank, int64_t channels) {
  Shape shape = {batch};
  for (size_t i = window.size() - rank; i < window.size(); ++i)
    shape.push_back(window[i].output);
  shape.push_back(channels);
  return shape;
}

} // namespace tare::kernels
