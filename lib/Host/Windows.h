//===- Windows.h - Windows over spatial dimensions, of a node ---*- C++ -*-===//
#ifndef TARE_LIB_HOST_WINDOWS_H
#define TARE_LIB_HOST_WINDOWS_H

#include "tare/Host/Operator.h"
#include "tare/Kernels/Geometry.h"

#include <array>

namespace tare::host {

/// A window and what it does to an input: attributes kernel_shape, strides, pads, dilations and auto_pad, all in range;
/// the pads that auto_pad asks for are there.
struct Windows {
  kernels::Geometry geometry;
  /// How many windows there are along each axis.
  std::vector<int64_t> output;
};

/// The window of a pooling or a convolution over `input`, its spatial dimensions. `kernel`: where the node does not say
/// kernel_shape.
Result<Windows> windowsOf(const Attributes &attributes, std::span<const int64_t> input,
                          std::vector<int64_t> kernel = {});
/// Strides, pads and dilations alone: without the pads of auto_pad, without the output.
Result<kernels::Geometry> geometryOf(const Attributes &attributes, std::vector<int64_t> kernel);

/// Whether attribute auto_pad asks for pads that keep the size.
bool padsToSame(const Attributes &attributes);
/// Splits pads that auto_pad asks for between both sides.
void splitPads(kernels::Geometry &geometry, size_t axis, int64_t total, bool moreAtBegin);

/// The spatial dimensions of [N, C, spatial..].
inline std::span<const int64_t> spatialOf(const Shape &shape) { return std::span(shape).subspan(2); }

/// Up to three spatial dimensions as three: those in front have one element.
struct Volume {
  std::array<int64_t, 3> input{1, 1, 1}, output{1, 1, 1};
  std::array<int64_t, 3> kernel{1, 1, 1}, strides{1, 1, 1}, begin{0, 0, 0}, end{0, 0, 0}, dilations{1, 1, 1};

  Volume(const kernels::Geometry &geometry, std::span<const int64_t> inputSizes, std::span<const int64_t> outputSizes);

  int64_t inputs() const { return input[0] * input[1] * input[2]; }
  int64_t outputs() const { return output[0] * output[1] * output[2]; }
  int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
  /// The input coordinate that tap k of window o reads; it may lie outside.
  int64_t source(size_t axis, int64_t o, int64_t k) const {
    return o * strides[axis] - begin[axis] + k * dilations[axis];
  }
  /// The taps [first, second) of window o that lie inside the input.
  std::array<int64_t, 2> tapsInside(size_t axis, int64_t o) const;
  /// The windows [first, second) whose tap k lies inside the input.
  std::array<int64_t, 2> windowsInside(size_t axis, int64_t k) const;
};

} // namespace tare::host

#endif // TARE_LIB_HOST_WINDOWS_H
