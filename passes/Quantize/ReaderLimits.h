//===- ReaderLimits.h - What a value's readers can tell apart ---*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_READERLIMITS_H
#define TARE_PASSES_QUANTIZE_READERLIMITS_H

#include "Quantize/RangeBounds.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace tare {

/// (A53) The floors and ceilings of a function's values, from its results backwards.
class ReaderLimits {
public:
  /// `visitOp` is called with each op when the limits of its result's readers are known; it may put others before it.
  ReaderLimits(mlir::func::FuncOp function, const RangeBounds &bounds,
               llvm::function_ref<void(mlir::Operation *, const ReaderLimits &)> visitOp = {});

  /// What all readers of a value together can tell apart; infinite where there is no limit.
  qnn::Interval of(mlir::Value value) const;
  /// As far as one reader is concerned.
  qnn::Interval of(mlir::OpOperand &use) const;

private:
  /// Whether the use is of a constant with numbers that are beyond what this reader can tell.
  bool isLimited(mlir::OpOperand &use) const;
  void visit(mlir::Value value);

  const RangeBounds &bounds;
  llvm::DenseMap<mlir::Value, qnn::Interval> limits;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_READERLIMITS_H
