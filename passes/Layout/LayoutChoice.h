//===- LayoutChoice.h - Which ops are to run transposed ---------*- C++ -*-===//
#ifndef TARE_PASSES_LAYOUT_LAYOUTCHOICE_H
#define TARE_PASSES_LAYOUT_LAYOUTCHOICE_H

#include "tare/Dialect/Npu/NpuOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace tare {

struct LayoutChoice {
  /// The ops that are to compute on operands which are not transposed, with the permutation that their layout operands
  /// now are transposed by; in the order of the function.
  llvm::MapVector<npu::PermutableOpInterface, npu::Permutation> permuted;
  /// Why an op cannot.
  llvm::DenseMap<mlir::Operation *, std::string> refusals;
};

/// The choice that transposes the fewest bytes; of equal ones, the one with the transposes nearest to the function's
/// inputs and outputs, and then the one that changes least. No transpose of a transpose may be in the function.
LayoutChoice chooseLayouts(mlir::func::FuncOp function);

/// The bytes that a transpose of `value` moves: none where the order of its elements in memory stays.
int64_t transposedBytes(mlir::Value value, llvm::ArrayRef<int32_t> permutation);

/// Whether the value enters or leaves the function, so that a transpose of it can be left to the host.
bool isAtBorder(mlir::Value value);

/// Whether the reshape only flattens for linear layers, whose weights can be reordered instead of the reshape's
/// operand. `permutation` is of the transpose before it.
bool canReorderWeights(npu::ReshapeOp reshape, llvm::ArrayRef<int32_t> permutation);

} // namespace tare

#endif // TARE_PASSES_LAYOUT_LAYOUTCHOICE_H
