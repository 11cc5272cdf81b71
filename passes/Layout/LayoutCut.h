//===- LayoutCut.h - The cheapest forms as a minimum cut --------*- C++ -*-===//
#ifndef TARE_PASSES_LAYOUT_LAYOUTCUT_H
#define TARE_PASSES_LAYOUT_LAYOUTCUT_H

#include "Layout/LayoutForms.h"
#include "MinCut.h"

namespace tare {

/// The cut that chooses the forms of values.
class LayoutCut {
public:
  explicit LayoutCut(const LayoutForms &forms);

  /// By candidate, whether it is to compute on the permuted form.
  llvm::DenseMap<mlir::Operation *, bool> solve();

private:
  /// Who reads a value in which form; source and sink are readers whose side is given.
  struct Readers {
    /// Read the original where they are on the sink's side.
    llvm::SmallVector<MinCut::Node> original;
    /// Read the permuted form where they are on the source's side.
    llvm::SmallVector<MinCut::Node> permuted;
  };

  MinCut::Node producerNode(mlir::Value value) const;
  void addValue(mlir::Value value, const npu::Permutation &form);
  /// A transpose's result whose forms both are transposes, of either form of the operand: each is paid for if it is
  /// read.
  void addDetached(int64_t cost, const Readers &readers);
  void addReader(mlir::OpOperand &use, const npu::Permutation &form, Readers &readers);
  void addTransposeReader(npu::TransposeOp transpose, const npu::Permutation &form, Readers &readers);
  /// Whether the operand is had in the op's form wherever its own form is.
  bool followsForm(mlir::Value operand, const npu::Permutation &permutation) const;

  const LayoutForms &forms;
  MinCut cut;
  llvm::DenseMap<mlir::Operation *, MinCut::Node> nodes;
};

} // namespace tare

#endif // TARE_PASSES_LAYOUT_LAYOUTCUT_H
