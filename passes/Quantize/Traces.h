//===- Traces.h - What a quantizer rounds, moved and limited ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_TRACES_H
#define TARE_PASSES_QUANTIZE_TRACES_H

#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare {

/// Whether `op` puts a number beside the elements that it moves: on another grid it is another number.
bool hasBorder(mlir::Operation *op);

/// Whether `op` limits what it reads, and computes nothing else.
bool isLimit(mlir::Operation *op);

/// Whether the elements of the result are its one operand's, on whatever grid these are. More than
/// qnn::movesElements(), as a max pooling takes some of them, and less, as a concatenation has several operands' grids.
bool movesAlone(mlir::Operation *op);

/// The grid of integers behind movements that mix none; nothing where a value is no such integers.
std::optional<qnn::Grid> gridOfMoved(mlir::Value value);

/// A value as another one, `source`, moved and limited: no limit cares where an element is.
struct Trace {
  mlir::Value source;
  /// The last one first.
  llvm::SmallVector<mlir::Operation *> moves;
  /// Null where nothing limits.
  qnn::ClampAttr limits;

  /// What limits the source by itself, before all else.
  void limitFirst(qnn::ClampAttr first);
  /// `value` moved as the source is.
  mlir::Value moved(mlir::OpBuilder &builder, mlir::Value value) const;
};

/// Back to what neither moves nor limits alone; a walk of its own, through limits, which it adds up.
Trace trace(mlir::Value value);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_TRACES_H
