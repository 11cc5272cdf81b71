//===- IntegerValues.h - Values on the grids that are wanted ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_INTEGERVALUES_H
#define TARE_PASSES_QUANTIZE_INTEGERVALUES_H

#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/IR/Builders.h"

namespace tare {

/// The constant of the integers of `reals` on the grid of `type`.
mlir::Value quantizedConstant(mlir::OpBuilder &builder, mlir::Location loc, mlir::ElementsAttr reals,
                              mlir::RankedTensorType type, llvm::StringRef name);

/// `value` on the grid of `type`: itself, a constant of other integers, or requantized.
mlir::Value onType(mlir::OpBuilder &builder, mlir::Value value, mlir::RankedTensorType type, mlir::Location loc);

/// All who quantized the float result read the integers, requantized where they wanted another grid.
void replaceCasts(mlir::OpBuilder &builder, mlir::Value reals, mlir::Value integers);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_INTEGERVALUES_H
