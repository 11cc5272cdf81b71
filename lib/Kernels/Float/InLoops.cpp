//===- InLoops.cpp - What oneDNN does not compute -------------------------===//
#include "InLoops.h"
#include "ChannelOrder.h"

#include "tare/Kernels/Elementwise.h"

#include <algorithm>
#include <cmath>

namespace tare::kernels::floating {

void convInLoops(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
                 const TensorView &y, ChannelOrders orders, std::optional<Clamp> clamp) {
  withChannelsFirst(x, y, orders, [&](const ConstTensorView &from, const TensorView &to) {
    reference::conv(from, w, bias, geometry, to);
  });
  if (clamp)
    unary(y, y, [&](float value) { return std::min(std::max(value, clamp->low), clamp->high); });
}

void maxPoolInLoops(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order) {
  withChannelsFirst(x, y, {order, order},
                    [&](const ConstTensorView &from, const TensorView &to) { reference::maxPool(from, geometry, to); });
}

void averagePoolInLoops(const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y,
                        ChannelOrder order) {
  withChannelsFirst(x, y, {order, order}, [&](const ConstTensorView &from, const TensorView &to) {
    reference::averagePool(from, geometry, countIncludePad, to);
  });
}

} // namespace tare::kernels::floating
