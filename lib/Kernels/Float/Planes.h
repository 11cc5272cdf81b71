//===- Planes.h - One and two spatial dimensions as two ---------*- C++ -*-===//
//
// A tensor with one spatial dimension is one of two whose first has size 1, so
// that loops and primitives know one form only.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_FLOAT_PLANES_H
#define TARE_LIB_KERNELS_FLOAT_PLANES_H

#include "tare/Kernels/Float.h"
#include "tare/Tensor/Tensor.h"

#include <array>
#include <cassert>

namespace tare::kernels::floating {

/// The dimensions of [N, C, W] or [N, C, H, W]; of weights, [O, I, ..].
struct Planes {
  int64_t n, c, h, w;
  Planes(const Shape &shape, ChannelOrder order) : Planes(shape) {
    if (order == ChannelOrder::last)
      n = shape[0], h = shape[1], w = shape[2], c = shape[3];
  }
  explicit Planes(const Shape &shape) : n(shape[0]), c(shape[1]), h(shape.size() == 4 ? shape[2] : 1), w(shape.back()) {
    assert((shape.size() == 3 || shape.size() == 4) && "one or two spatial dimensions");
  }
  int64_t plane() const { return h * w; }
  int64_t image() const { return c * h * w; }
};

/// A Geometry over two spatial dimensions.
struct Window {
  std::array<int64_t, 2> kernel{1, 1}, strides{1, 1}, begin{0, 0}, end{0, 0}, dilations{1, 1};
  int64_t group;

  explicit Window(const Geometry &geometry) : group(geometry.group) {
    assert((geometry.rank() == 1 || geometry.rank() == 2) && "one or two spatial dimensions");
    for (size_t d = 0; d < geometry.rank(); ++d) {
      size_t to = d + 2 - geometry.rank();
      kernel[to] = geometry.kernel[d];
      strides[to] = geometry.stride(d);
      begin[to] = geometry.padBegin(d);
      end[to] = geometry.padEnd(d);
      dilations[to] = geometry.dilation(d);
    }
  }

  int64_t extent(size_t d) const { return (kernel[d] - 1) * dilations[d] + 1; }
  /// The input coordinate that tap `k` of the window at output `o` reads.
  int64_t source(size_t d, int64_t o, int64_t k) const { return o * strides[d] - begin[d] + k * dilations[d]; }
  /// The end padding that just holds `output` windows (it may be negative).
  int64_t endFor(size_t d, int64_t input, int64_t output) const {
    return (output - 1) * strides[d] + extent(d) - input - begin[d];
  }
};

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_PLANES_H
