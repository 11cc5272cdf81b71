//===- LeftInFloat.h - What fusion could not make integers ------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_LEFTINFLOAT_H
#define TARE_PASSES_QUANTIZE_LEFTINFLOAT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

#include <string>

namespace tare {

/// Why ops could not be fused.
using FusionReasons = llvm::DenseMap<mlir::Operation *, std::string>;

/// One error that lists every op that computes in float, and why.
mlir::LogicalResult checkNothingIsLeft(mlir::func::FuncOp function, const FusionReasons &reasons);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LEFTINFLOAT_H
