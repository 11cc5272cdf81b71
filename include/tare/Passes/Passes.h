//===- Passes.h - The passes from a float graph to integers -----*- C++ -*-===//
#ifndef TARE_PASSES_PASSES_H
#define TARE_PASSES_PASSES_H

#include "tare/Passes/FunctionPass.h"

#include <memory>

namespace tare::calibration {
struct Ranges;
}

namespace tare {

#define GEN_PASS_DECL
#include "tare/Passes/Passes.h.inc"

/// tare-import-ranges on ranges in memory.
std::unique_ptr<mlir::Pass> createImportRanges(std::shared_ptr<const calibration::Ranges> ranges);

/// Registration of every pass, generated from Passes.td.
#define GEN_PASS_REGISTRATION
#include "tare/Passes/Passes.h.inc"

} // namespace tare

#endif // TARE_PASSES_PASSES_H
