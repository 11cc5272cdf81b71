//===- ConstantMemory.h - Frees weights as soon as they are replaced ------===//
#ifndef TARE_PASSES_CONSTANTMEMORY_H
#define TARE_PASSES_CONSTANTMEMORY_H

#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseMap.h"

namespace tare {

/// Listens to a rewriter and frees the memory of a resource when the last constant op that refers to it is erased.
/// Resources live as long as their context otherwise, and a pass that replaces all weights would hold them twice. Only
/// for rewriters that erase at once and never go back; with a builder, whoever erases an op tells it before.
class ConstantMemory : public mlir::RewriterBase::Listener {
public:
  explicit ConstantMemory(mlir::Operation *scope);

  void notifyOperationInserted(mlir::Operation *op, mlir::OpBuilder::InsertPoint) override;
  void notifyOperationErased(mlir::Operation *op) override;

private:
  /// The constant ops by resource: attributes of different types may share one.
  llvm::DenseMap<const void *, unsigned> users;
};

} // namespace tare

#endif // TARE_PASSES_CONSTANTMEMORY_H
