//===- DumpIr.h - One numbered file per pass --------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_DUMPIR_H
#define TARE_TOOLS_TARE_DUMPIR_H

#include "mlir/Pass/PassInstrumentation.h"

#include <memory>
#include <string>

namespace tare {

/// Writes the module to `folder`/NN-<pass>.mlir after each pass that changed it; NN counts on in `counter`.
/// Constants are elided: the files are for reading.
std::unique_ptr<mlir::PassInstrumentation> dumpIr(std::string folder, unsigned &counter);

} // namespace tare

#endif // TARE_TOOLS_TARE_DUMPIR_H
