//===- Passes.h - The passes from a float graph to integers -----*- C++ -*-===//
#ifndef TARE_PASSES_PASSES_H
#define TARE_PASSES_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace tare {

#define GEN_PASS_DECL
#include "tare/Passes/Passes.h.inc"

/// Registration of every pass, generated from Passes.td.
#define GEN_PASS_REGISTRATION
#include "tare/Passes/Passes.h.inc"

} // namespace tare

#endif // TARE_PASSES_PASSES_H
