//===- Windows.cpp - Windows over images in C -----------------------------===//
#include "Windows.h"

using namespace tare;
using namespace tare::csource;

Image::Image(const Shape &shape)
    : batch(shape.front()), height(shape.size() == 3 ? 1 : shape[1]), width(shape[shape.size() - 2]),
      channels(shape.back()) {}

Window::Window(const WindowLists &lists, std::span<const int64_t> kernel) {
  size_t rank = kernel.size();
  auto axis = [&](size_t i) {
    return WindowAxis{kernel[i], lists.strides[i], lists.pads[i], lists.dilations.empty() ? 1 : lists.dilations[i]};
  };
  if (rank == 2)
    rows = axis(0);
  columns = axis(rank - 1);
}

std::string Window::value(const Image &input, const Image &output) const {
  return structOf({member("batch", input.batch), member("height", input.height), member("width", input.width),
                   member("out_height", output.height), member("out_width", output.width),
                   member("kernel_height", rows.kernel), member("kernel_width", columns.kernel),
                   member("stride_y", rows.stride), member("stride_x", columns.stride), member("top", rows.low),
                   member("left", columns.low), member("dilation_y", rows.dilation),
                   member("dilation_x", columns.dilation)});
}

bool Window::isOnePixel(const Image &input, const Image &output) const {
  auto isOne = [](const WindowAxis &axis) { return axis.kernel == 1 && axis.stride == 1 && axis.low == 0; };
  return isOne(rows) && isOne(columns) && input.height == output.height && input.width == output.width;
}

Status csource::checkReach(const Window &window, const Image &wide) {
  constexpr double most = 1 << 30;
  for (auto [axis, size] : {std::pair(window.rows, wide.height), std::pair(window.columns, wide.width)})
    if (double(size) * double(axis.stride) + double(axis.kernel) * double(axis.dilation) + double(axis.low) > most)
      return refusal("its window reaches over more than 2^30 rows or columns; pad and dilate less");
  return success();
}
