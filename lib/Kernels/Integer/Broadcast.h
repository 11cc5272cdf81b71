//===- Broadcast.h - Walking operands that broadcast ------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_BROADCAST_H
#define TARE_LIB_KERNELS_INTEGER_BROADCAST_H

#include "tare/Tensor/Tensor.h"

#include <array>
#include <span>
#include <vector>

namespace tare::kernels {

/// The distance in elements between neighbours along each dimension of a
/// row-major shape.
std::vector<int64_t> stridesOf(const Shape &shape);
/// The strides with which a tensor of shape `operand` is read along the
/// dimensions of `result`: 0 where it is repeated.
std::vector<int64_t> broadcastStrides(const Shape &operand, const Shape &result);

/// Calls visit(i, a, b) for each element i of `result` in order, with the
/// elements of the two operands that belong to it.
template <typename Visit>
void forEachBroadcast(const Shape &lhs, const Shape &rhs, const Shape &result, Visit &&visit) {
  std::vector<int64_t> a = broadcastStrides(lhs, result), b = broadcastStrides(rhs, result), index(result.size());
  for (int64_t i = 0, count = elementCount(result), ia = 0, ib = 0; i < count; ++i) {
    visit(i, ia, ib);
    for (size_t d = result.size(); d-- > 0;) {
      ia += a[d], ib += b[d];
      if (++index[d] < result[d])
        break;
      ia -= a[d] * result[d], ib -= b[d] * result[d], index[d] = 0;
    }
  }
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_BROADCAST_H
