//===- Windows.h - Windows over images in C ---------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_WINDOWS_H
#define TARE_LIB_CSOURCE_WINDOWS_H

#include "LayerWriter.h"

namespace tare::csource {

/// Batch, height, width and channels of a channels-last tensor; one spatial dimension is a height of 1.
struct Image {
  explicit Image(const Shape &shape);
  int64_t batch, height, width, channels;
};

/// What an operator says of its window; `dilations` may be empty.
struct WindowLists {
  const std::vector<int32_t> &strides, &pads, &dilations;
};

/// One axis.
struct WindowAxis {
  int64_t kernel = 1, stride = 1, low = 0, dilation = 1;
};

struct Window {
  WindowAxis rows, columns;

  /// `kernel`: the sizes along the spatial dimensions.
  Window(const WindowLists &lists, std::span<const int64_t> kernel);
  /// The value of a member `window`.
  std::string value(const Image &input, const Image &output) const;
  /// Whether each output reads the one pixel that is where it is.
  bool isOnePixel(const Image &input, const Image &output) const;
};

/// An error where coordinates of the window, in an image of so many rows or columns, leave 31 bits.
Status checkReach(const Window &window, const Image &wide);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_WINDOWS_H
