//===- ChannelOrder.h - Channels last as channels first ---------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_CHANNELORDER_H
#define TARE_LIB_KERNELS_FLOAT_CHANNELORDER_H

#include "tare/Kernels/Float.h"
#include "tare/Kernels/Movement.h"

#include <array>

namespace tare::kernels::floating {

/// Calls f(x, y) with copies that have their channels first where the images do not: for loops that know one order.
template <typename F> void withChannelsFirst(const ConstTensorView &x, const TensorView &y, ChannelOrders orders, F f) {
  constexpr std::array<int64_t, 4> toFirst{0, 3, 1, 2}, toLast{0, 2, 3, 1};
  auto first = [](const TensorType &type) {
    const Shape &last = type.shape;
    return Tensor(type.element, {last[0], last[3], last[1], last[2]});
  };
  Tensor from, to;
  if (orders.x == ChannelOrder::last) {
    from = first(x.type);
    transpose(x, toFirst, from.mutableView());
  }
  if (orders.y == ChannelOrder::last)
    to = first(y.type);
  f(from ? from.view() : x, to ? to.mutableView() : y);
  if (to)
    transpose(to.view(), toLast, y);
}

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_CHANNELORDER_H
