//===- StateGrids.h - States on one grid at both ends -----------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_STATEGRIDS_H
#define TARE_PASSES_QUANTIZE_STATEGRIDS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include "llvm/ADT/DenseSet.h"

namespace tare {

class GridGroups;

/// The values that the states of a function are, as a call begins and as it ends, and what is only moved into these.
/// Unlike what else leaves, they are rounded: the next call begins with them.
llvm::DenseSet<mlir::Value> valuesOfStates(mlir::func::FuncOp function);

/// Ties what each state is as a call ends to what it is as the next one begins. A grid that the model says, and that
/// forbids it, is told.
void tieStates(mlir::func::FuncOp function, GridGroups &groups);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_STATEGRIDS_H
