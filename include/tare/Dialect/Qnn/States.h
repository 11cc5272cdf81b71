//===- States.h - Results that are arguments of the next call ---*- C++ -*-===//
//
// A function that is one step of a network has states: arguments that are what results of the step before were. Each of
// them is on one grid as it enters and as it leaves, so that what a step gives is the next one's, integer for integer.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_STATES_H
#define TARE_DIALECT_QNN_STATES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare::qnn {

/// On a function's argument (string): the name of the result that it is at the next call.
inline constexpr llvm::StringLiteral nextStateAttrName = "qnn.next_state";

/// What a state is when a call begins, and when it ends.
struct State {
  mlir::BlockArgument before;
  mlir::Value after;
  /// The result's name.
  llvm::StringRef name;
};

/// The states of a function with one block, in the order of its arguments; names that no result has are left out.
llvm::SmallVector<State> statesOf(mlir::func::FuncOp function);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_STATES_H
