//===- IrFile.h - Reads IR that a user names --------------------*- C++ -*-===//
#ifndef TARE_TOOLS_IR_IRFILE_H
#define TARE_TOOLS_IR_IRFILE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace tare {

/// The module in a file of IR (text or bytecode; `-` is standard input), with the weights that lie beside it
/// (tare/Dialect/Qnn/WeightFiles.h), verified. What is wrong is reported to the context.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> readIr(const std::string &path, mlir::MLIRContext &context);

} // namespace tare

#endif // TARE_TOOLS_IR_IRFILE_H
