//===- InLoops.cpp - What oneDNN does not compute -------------------------===//
#include "InLoops.h"
#include "ChannelOrder.h"
#include "Planes.h"

#include "tare/Kernels/Elementwise.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tare::kernels::floating {

void convInLoops(const ConstTensorView &x, const ConstTensorView &w, const OptionalView &bias, const Geometry &geometry,
                 const TensorView &y, ChannelOrders orders, std::optional<Clamp> clamp) {
  withChannelsFirst(x, y, orders, [&](const ConstTensorView &from, const TensorView &to) {
    reference::conv(from, w, bias, geometry, to);
  });
  if (clamp)
    unary(y, y, [&](float value) { return std::min(std::max(value, clamp->low), clamp->high); });
}

bool isWholePlane(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order) {
  if (order == ChannelOrder::last)
    return false;
  Planes plane(x.type.shape);
  Window window(geometry);
  constexpr std::array<int64_t, 2> one{1, 1}, none{0, 0};
  return Planes(y.type.shape).plane() == 1 && window.kernel == std::array{plane.h, plane.w} &&
         window.dilations == one && window.begin == none && window.end == none;
}

/// NaN where one is NaN. Several partial results, so that no comparison waits for the one before.
static float largestOf(const float *x, int64_t count) {
  constexpr int64_t lanes = 16;
  float largest[lanes];
  std::fill_n(largest, lanes, -std::numeric_limits<float>::infinity());
  auto take = [](float &largest, float value) { largest = value > largest || std::isnan(value) ? value : largest; };
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (int64_t lane = 0; lane < lanes; ++lane)
      take(largest[lane], x[i + lane]);
  for (; i < count; ++i)
    take(largest[0], x[i]);
  for (int64_t lane = 1; lane < lanes; ++lane)
    take(largest[0], largest[lane]);
  return largest[0];
}

void maxPoolInLoops(const ConstTensorView &x, const Geometry &geometry, const TensorView &y, ChannelOrder order) {
  if (isWholePlane(x, geometry, y, order)) {
    const int64_t size = Planes(x.type.shape).plane();
    for (int64_t p = 0; p < y.count(); ++p)
      y.as<float>()[p] = largestOf(x.as<float>() + p * size, size);
    return;
  }
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
