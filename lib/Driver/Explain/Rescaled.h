//===- Rescaled.h - Values that a program has on two grids ------*- C++ -*-===//
#ifndef TARE_DRIVER_EXPLAIN_RESCALED_H
#define TARE_DRIVER_EXPLAIN_RESCALED_H

#include "tare/Program/Model.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <map>

namespace tare::explain {

/// By layer of the program, a value of the float network.
using RescaledValues = std::map<size_t, mlir::Value>;

/// Where a layer of the program puts a value on another grid for some of its readers, these get a copy of it in the
/// float network: the copies. Values that are rescaled for readers that the network does not have stay as they are.
RescaledValues copyRescaled(const program::Model &model, mlir::func::FuncOp real);

} // namespace tare::explain

#endif // TARE_DRIVER_EXPLAIN_RESCALED_H
