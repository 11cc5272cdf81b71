//===- Ports.h - What a program says of its inputs and outputs --*- C++ -*-===//
#ifndef TARE_LIB_EMITTER_PORTS_H
#define TARE_LIB_EMITTER_PORTS_H

#include "tare/Schema/program_generated.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// Name, layout, grid and host steps of an argument; the tensor's index is the caller's to set.
program::PortT describeInput(mlir::func::FuncOp function, unsigned index);
/// The same of a result.
program::PortT describeOutput(mlir::func::FuncOp function, unsigned index);

} // namespace tare

#endif // TARE_LIB_EMITTER_PORTS_H
