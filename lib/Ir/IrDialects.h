//===- IrDialects.h - The dialects of the IR that tools read ----*- C++ -*-===//
#ifndef TARE_TOOLS_IR_IRDIALECTS_H
#define TARE_TOOLS_IR_IRDIALECTS_H

#include "mlir/IR/DialectRegistry.h"

namespace tare {

/// Registers all that IR of the compiler may hold: `qnn`, `npu`, `func` and `quant`. A context that parses a user's IR
/// gets its dialects from such a registry, since the trial in a process of its own parses with the registry alone.
void registerIrDialects(mlir::DialectRegistry &registry);

} // namespace tare

#endif // TARE_TOOLS_IR_IRDIALECTS_H
