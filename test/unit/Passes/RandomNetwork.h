//===- RandomNetwork.h - npu networks for property tests --------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_PASSES_RANDOMNETWORK_H
#define TARE_TEST_UNIT_PASSES_RANDOMNETWORK_H

#include "mlir/IR/BuiltinOps.h"

namespace tare {

/// A module whose @main has random ops with transposes between them: those that commute with transposes, convolutions,
/// and flattened linear layers. The same seed gives the same module.
mlir::OwningOpRef<mlir::ModuleOp> makeRandomNetwork(mlir::MLIRContext &context, unsigned seed);

} // namespace tare

#endif // TARE_TEST_UNIT_PASSES_RANDOMNETWORK_H
