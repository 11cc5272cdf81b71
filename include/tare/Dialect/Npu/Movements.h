//===- Movements.h - Ops that only move elements ----------------*- C++ -*-===//
//
// Between an input or output of real numbers and the cast to integers or from them there may be ops that rearrange:
// the one walk through them. It serves both levels, as the border is asked about before and after the lowering.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_NPU_MOVEMENTS_H
#define TARE_DIALECT_NPU_MOVEMENTS_H

#include "mlir/IR/Operation.h"

namespace tare::npu {

/// Whether the result of `op` has each element of the operand once, in another place: a transpose, a reshape; false of
/// null.
bool rearranges(mlir::Operation *op);

/// Whether each element of the result of `op`, an op of integers, is an element of an operand, as
/// program::movesElements() says; false of null.
bool movesElements(mlir::Operation *op);

/// The ops on the way from a value that only rearrange, and the first one that does something else.
struct Passage {
  /// In the order in which they run.
  llvm::SmallVector<mlir::Operation *> movements;
  /// Null where the way ends without one: at an argument, or where it forks.
  mlir::Operation *end = nullptr;
};

/// From a value to what alone reads it: the way must not fork, as a second reader needs it as it is.
Passage passageToReader(mlir::Value value);

/// From a value back to what it is made by.
Passage passageToMaker(mlir::Value value);

} // namespace tare::npu

#endif // TARE_DIALECT_NPU_MOVEMENTS_H
