//===- ModuleFile.h - Files of IR -------------------------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_MODULEFILE_H
#define TARE_DRIVER_COMPILE_MODULEFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace tare {

/// Reads IR of any stage, as text or bytecode, with the weights that lie beside it, and verifies it. It has a function
/// @main of one block that takes and gives tensors of known shapes. Failure has been reported to the context.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readModule(const std::string &path, mlir::MLIRContext &context);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_MODULEFILE_H
