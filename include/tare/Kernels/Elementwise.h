//===- Elementwise.h - Maps over elements, with broadcasting ----*- C++ -*-===//
#ifndef TARE_KERNELS_ELEMENTWISE_H
#define TARE_KERNELS_ELEMENTWISE_H

#include "tare/Tensor/Tensor.h"

#include <cassert>
#include <cstdint>
#include <vector>

namespace tare::kernels {

/// Two operands broadcast to one shape the numpy way, as few nested loops as
/// possible. A stride is in elements, and 0 along a broadcast dimension; along
/// the last dimension it is 0 or 1.
struct Broadcast {
  std::vector<int64_t> sizes;
  std::vector<int64_t> lhsStrides;
  std::vector<int64_t> rhsStrides;
};

/// Plans loops for operands that broadcast to `result`; at least one dimension.
Broadcast planBroadcast(const Shape &lhs, const Shape &rhs, const Shape &result);

/// Steps `index` through all but the last dimension, last but one fastest;
/// false at the end.
bool nextRow(const std::vector<int64_t> &sizes, std::vector<int64_t> &index);

/// y[i] = f(x[i])
template <typename X, typename Y, typename F> void unary(const ConstTensorView &x, const TensorView &y, F f) {
  assert(x.count() == y.count() && "element counts differ");
  const X *source = x.as<X>();
  Y *target = y.as<Y>();
  for (int64_t i = 0, count = y.count(); i < count; ++i)
    target[i] = f(source[i]);
}

/// One row of `binary`; the strides are 0 or 1.
template <typename A, typename B, typename Y, typename F>
void binaryRow(const A *a, int64_t aStride, const B *b, int64_t bStride, Y *y, int64_t count, F f) {
  // One loop per case, so that each of them vectorizes.
  if (aStride && bStride) {
    for (int64_t i = 0; i < count; ++i)
      y[i] = f(a[i], b[i]);
  } else if (aStride) {
    for (int64_t i = 0; i < count; ++i)
      y[i] = f(a[i], *b);
  } else if (bStride) {
    for (int64_t i = 0; i < count; ++i)
      y[i] = f(*a, b[i]);
  } else {
    for (int64_t i = 0; i < count; ++i)
      y[i] = f(*a, *b);
  }
}

/// y = f(a, b) with numpy broadcasting to y's shape.
template <typename A, typename B, typename Y, typename F>
void binary(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y, F f) {
  const int64_t count = y.count();
  if (count == 0)
    return;
  if (a.type.shape == b.type.shape && a.type.shape == y.type.shape)
    return binaryRow(a.as<A>(), 1, b.as<B>(), 1, y.as<Y>(), count, f);
  Broadcast plan = planBroadcast(a.type.shape, b.type.shape, y.type.shape);
  size_t last = plan.sizes.size() - 1;
  std::vector<int64_t> index(plan.sizes.size(), 0);
  Y *target = y.as<Y>();
  do {
    int64_t aOffset = 0, bOffset = 0;
    for (size_t d = 0; d < last; ++d) {
      aOffset += index[d] * plan.lhsStrides[d];
      bOffset += index[d] * plan.rhsStrides[d];
    }
    binaryRow(a.as<A>() + aOffset, plan.lhsStrides[last], b.as<B>() + bOffset, plan.rhsStrides[last], target,
              plan.sizes[last], f);
    target += plan.sizes[last];
  } while (nextRow(plan.sizes, index));
}

namespace floating {

/// y[i] = f(x[i])
template <typename F> void unary(const ConstTensorView &x, const TensorView &y, F f) {
  kernels::unary<float, float>(x, y, f);
}
void add(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);
void sub(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);
void mul(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);
void div(const ConstTensorView &a, const ConstTensorView &b, const TensorView &y);
/// x where x >= 0, else x * slope; the slope broadcasts to x.
void prelu(const ConstTensorView &x, const ConstTensorView &slope, const TensorView &y);

} // namespace floating
} // namespace tare::kernels

#endif // TARE_KERNELS_ELEMENTWISE_H
