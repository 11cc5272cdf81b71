//===- Behind.h - The part of a network that a rounding changes -*- C++ -*-===//
#ifndef TARE_DRIVER_BUDGET_BEHIND_H
#define TARE_DRIVER_BUDGET_BEHIND_H

#include "Driver/Budget/Candidates.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <vector>

namespace tare {

/// What lies behind some values of a network.
struct Behind {
  /// Its @main takes the real numbers of `operands` and rounds the values to their grids, and nothing else.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Values of the network.
  std::vector<mlir::Value> operands;
  /// The numbers of the network's outputs that it gives, ascending; no other output changes.
  std::vector<unsigned> outputs;
};

/// Of the float form @main. A loop of which something lies behind the values is there as a whole.
Behind behind(mlir::func::FuncOp real, const Candidate &candidate);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_BEHIND_H
