//===- PointProducts.cpp - Convolutions of single pixels ------------------===//
//
// oneDNN's kernels for these had two fifths to four fifths of the throughput of the loops for rows, where images are
// small beside their channels.
//
//===----------------------------------------------------------------------===//
#include "PointProducts.h"
#include "../Matrix/RowProducts.h"
#include "../Planes.h"

namespace tare::kernels::floating {

static bool isPoint(const Window &window) {
  constexpr std::array<int64_t, 2> one{1, 1}, none{0, 0};
  return window.group == 1 && window.kernel == one && window.strides == one && window.begin == none &&
         window.end == none;
}

/// An image of one pixel has its channels last in either order.
static bool isOfRows(const ConstTensorView &image, ChannelOrder order) {
  return order == ChannelOrder::last || Planes(image.type.shape).plane() == 1;
}

bool convByRows(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
                const TensorView &y, PackedConstants &constants, ChannelOrders orders, std::optional<Clamp> clamp) {
  return isPoint(Window(geometry)) && isOfRows(x, orders.x) && isOfRows(y, orders.y) &&
         multiplyRows(x, w, bias, y, constants, clamp);
}

} // namespace tare::kernels::floating
