#include "tare/Kernels/Elementwise.h"

namespace tare::kernels {

namespace {

/// Element strides of `shape` aligned to the right of `rank` dimensions, 0
/// along dimensions of one element.
std::vector<int64_t> alignedStrides(const Shape &shape, size_t rank) {
  assert(shape.size() <= rank && "an operand has more dimensions than y");
  std::vector<int64_t> strides(rank, 0);
  int64_t stride = 1;
  for (size_t i = 0; i < shape.size(); ++i) {
    int64_t size = shape[shape.size() - 1 - i];
    strides[rank - 1 - i] = size == 1 ? 0 : stride;
    stride *= size;
  }
  return strides;
}

/// Whether a step of the outer dimension is a full turn of the inner one.
bool continues(int64_t outerStride, int64_t innerStride, int64_t innerSize) {
  return outerStride == innerStride * innerSize;
}

} // namespace

Broadcast planBroadcast(const Shape &lhs, const Shape &rhs, const Shape &result) {
  size_t rank = result.size();
  std::vector<int64_t> a = alignedStrides(lhs, rank);
  std::vector<int64_t> b = alignedStrides(rhs, rank);
  Broadcast plan;
  for (size_t d = 0; d < rank; ++d) {
    if (result[d] == 1)
      continue;
    if (!plan.sizes.empty() && continues(plan.lhsStrides.back(), a[d], result[d]) &&
        continues(plan.rhsStrides.back(), b[d], result[d])) {
      plan.sizes.back() *= result[d];
      plan.lhsStrides.back() = a[d];
      plan.rhsStrides.back() = b[d];
      continue;
    }
    plan.sizes.push_back(result[d]);
    plan.lhsStrides.push_back(a[d]);
    plan.rhsStrides.push_back(b[d]);
  }
  if (plan.sizes.empty())
    return {{1}, {0}, {0}};
  return plan;
}

bool nextRow(const std::vector<int64_t> &sizes, std::vector<int64_t> &index) {
  for (size_t d = sizes.size() - 1; d-- > 0;) {
    if (++index[d] < sizes[d])
      return true;
    index[d] = 0;
  }
  return false;
}

} // namespace tare::kernels
