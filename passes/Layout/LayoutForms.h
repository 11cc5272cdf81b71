//===- LayoutForms.h - In which forms values could be had -------*- C++ -*-===//
#ifndef TARE_PASSES_LAYOUT_LAYOUTFORMS_H
#define TARE_PASSES_LAYOUT_LAYOUTFORMS_H

#include "tare/Dialect/Npu/NpuOps.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"

namespace tare {

/// The forms of a function's values, and the ops that could compute on such: form[v] = p says that v could also be had
/// as v', v = transpose(v', p).
class LayoutForms {
public:
  explicit LayoutForms(mlir::func::FuncOp function);

  /// An op, and the form of the operands that it could compute on.
  using Candidate = std::pair<npu::PermutableOpInterface, npu::Permutation>;
  /// The operands whose forms must agree with the op's.
  static llvm::SmallVector<mlir::OpOperand *> operandsOf(npu::PermutableOpInterface op);

  bool isCandidate(mlir::Operation *op) const { return op && candidates.contains(op); }
  std::optional<npu::Permutation> formOf(mlir::Value value) const;
  /// Whether it is a transpose whose result has a form of its own, not one of the operand's.
  bool isDetached(mlir::Operation *op) const { return detached.contains(op); }

  llvm::MapVector<mlir::Value, npu::Permutation> forms;
  llvm::MapVector<mlir::Operation *, Candidate> candidates;
  /// Why ops are no candidates.
  llvm::DenseMap<mlir::Operation *, std::string> refusals;

private:
  /// Transposes give their results a form, and ops hand it on.
  void proposeForward(mlir::Operation &op);
  void proposeTranspose(npu::TransposeOp op);
  /// Ops without a transposed operand take the form that their users want.
  void proposeBackward(mlir::Operation &op);
  bool accept(npu::PermutableOpInterface op, const npu::Permutation &permutation);
  /// The form in which a user would like the value.
  std::optional<npu::Permutation> wantedForm(mlir::Value value) const;

  llvm::DenseSet<mlir::Operation *> detached;
};

} // namespace tare

#endif // TARE_PASSES_LAYOUT_LAYOUTFORMS_H
