//===- Permutation.cpp - Orders of dimensions -----------------------------===//
#include "tare/Dialect/Npu/Permutation.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace tare::npu {

Permutation inverse(ArrayRef<int32_t> permutation) {
  Permutation result(permutation.size());
  for (auto [to, from] : enumerate(permutation))
    result[from] = to;
  return result;
}

Permutation compose(ArrayRef<int32_t> first, ArrayRef<int32_t> second) {
  Permutation result;
  for (int32_t dim : second)
    result.push_back(first[dim]);
  return result;
}

bool isIdentity(ArrayRef<int32_t> permutation) {
  return all_of(enumerate(permutation), [](auto dim) { return dim.value() == static_cast<int32_t>(dim.index()); });
}

bool movesOnlyUnitDims(ArrayRef<int32_t> permutation, ArrayRef<int64_t> shape) {
  int32_t last = -1;
  for (int32_t dim : permutation) {
    if (shape[dim] == 1)
      continue;
    if (dim < last)
      return false;
    last = dim;
  }
  return true;
}

} // namespace tare::npu
