//===- Geometry.h - Windows over spatial dimensions -------------*- C++ -*-===//
//
// What convolutions and poolings have in common: a window that moves over the
// spatial dimensions of an N, C, spatial.. tensor.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_GEOMETRY_H
#define TARE_KERNELS_GEOMETRY_H

#include <cstdint>
#include <span>
#include <vector>

namespace tare::kernels {

/// A window over the spatial dimensions, one value per dimension and list; an
/// empty list means ones (strides, dilations) or zeros (pads).
struct Geometry {
  std::vector<int64_t> kernel;
  std::vector<int64_t> strides;
  /// All begins, then all ends.
  std::vector<int64_t> pads;
  std::vector<int64_t> dilations;
  /// Channel groups; convolutions only.
  int64_t group = 1;

  size_t rank() const { return kernel.size(); }
  int64_t stride(size_t d) const { return strides.empty() ? 1 : strides[d]; }
  int64_t dilation(size_t d) const { return dilations.empty() ? 1 : dilations[d]; }
  int64_t padBegin(size_t d) const { return pads.empty() ? 0 : pads[d]; }
  int64_t padEnd(size_t d) const { return pads.empty() ? 0 : pads[rank() + d]; }
  /// The input elements that the window spans, holes included.
  int64_t extent(size_t d) const { return (kernel[d] - 1) * dilation(d) + 1; }
};

/// Spatial output sizes of a convolution or a pooling. With `ceil`, a last
/// window that is partly outside counts, unless it starts beyond the input and
/// its begin padding (ONNX, PyTorch).
std::vector<int64_t> outputSizes(std::span<const int64_t> input, const Geometry &geometry, bool ceil = false);

/// Spatial output sizes of a transposed convolution; `outputPadding` may be
/// empty.
std::vector<int64_t> transposedOutputSizes(std::span<const int64_t> input, const Geometry &geometry,
                                           std::span<const int64_t> outputPadding);

} // namespace tare::kernels

#endif // TARE_KERNELS_GEOMETRY_H
