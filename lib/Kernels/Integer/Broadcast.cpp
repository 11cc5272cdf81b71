//===- Broadcast.cpp - Walking operands that broadcast --------------------===//
#include "Broadcast.h"

namespace tare::kernels {

std::vector<int64_t> stridesOf(const Shape &shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t d = shape.size(); d-- > 0;) {
    strides[d] = stride;
    stride *= shape[d];
  }
  return strides;
}

std::vector<int64_t> broadcastStrides(const Shape &operand, const Shape &result) {
  std::vector<int64_t> own = stridesOf(operand), strides(result.size());
  size_t missing = result.size() - operand.size();
  for (size_t d = 0; d < operand.size(); ++d)
    strides[d + missing] = operand[d] == 1 ? 0 : own[d];
  return strides;
}

} // namespace tare::kernels
