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

/// The compiler makes vectors of them.
bool functionInLoop(program::FunctionKind kind, std::span<const double> parameters, const ConstTensorView &x,
                    const TensorView &y) {
  using Kind = program::FunctionKind;
  switch (kind) {
  case Kind::hard_swish:
    unary(x, y, [](float v) {
      float gate = v * (1.0f / 6.0f) + 0.5f;
      gate = gate < 0.0f ? 0.0f : gate;
      return v * (gate > 1.0f ? 1.0f : gate);
    });
    return true;
  case Kind::hard_sigmoid:
    unary(x, y, [alpha = float(parameters[0]), beta = float(parameters[1])](float v) {
      float line = alpha * v + beta;
      line = line < 0.0f ? 0.0f : line;
      return line > 1.0f ? 1.0f : line;
    });
    return true;
  case Kind::abs:
    unary(x, y, [](float v) { return std::abs(v); });
    return true;
  case Kind::sqrt:
    unary(x, y, [](float v) { return std::sqrt(v); });
    return true;
  case Kind::reciprocal:
    unary(x, y, [](float v) { return 1.0f / v; });
    return true;
  default:
    return false;
  }
}

} // namespace tare::kernels::floating
