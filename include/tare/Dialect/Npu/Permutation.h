//===- Permutation.h - Orders of dimensions ---------------------*- C++ -*-===//
//
// A permutation p takes x to y with y.shape[i] = x.shape[p[i]], as
// npu.transpose and ONNX have it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_NPU_PERMUTATION_H
#define TARE_DIALECT_NPU_PERMUTATION_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

namespace tare::npu {

using Permutation = llvm::SmallVector<int32_t, 4>;

Permutation inverse(llvm::ArrayRef<int32_t> permutation);
/// First `first`, then `second`, as one: transpose(transpose(x, first), second)
/// = transpose(x, compose(first, second)).
Permutation compose(llvm::ArrayRef<int32_t> first, llvm::ArrayRef<int32_t> second);
bool isIdentity(llvm::ArrayRef<int32_t> permutation);
/// No element moves in memory: the dimensions of `shape` larger than 1 keep
/// their order.
bool movesOnlyUnitDims(llvm::ArrayRef<int32_t> permutation, llvm::ArrayRef<int64_t> shape);

/// result[i] = list[permutation[i]]: the shape (or any list per dimension) of a
/// transposed tensor.
template <typename T> llvm::SmallVector<T> permuted(llvm::ArrayRef<T> list, llvm::ArrayRef<int32_t> permutation) {
  llvm::SmallVector<T> result;
  for (int32_t dim : permutation)
    result.push_back(list[dim]);
  return result;
}

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_PERMUTATION_H
