//===- ConstantCosts.h - What the grid of a constant costs ------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_CONSTANTCOSTS_H
#define TARE_PASSES_QUANTIZE_CONSTANTCOSTS_H

#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// The most that a number of an f32 constant is off on the grid.
double roundingError(const Tensor &reals, const qnn::Grid &grid);

/// The most that a result of `op`, a product or a sum, can be off in its own steps because its operand `constant`, of
/// the numbers `reals`, is on `grid`: a factor that is off is so by no more than its share of the largest result.
/// Nothing of other ops, and where no range of the result or of the other operand is known. `rule` is that of results
/// that have no grid yet.
std::optional<double> costOfGrid(mlir::Operation *op, mlir::OpOperand &constant, const Tensor &reals,
                                 const qnn::Grid &grid, const ActivationRule &rule);

/// The same of any op: where it is neither a sum nor a product, of all the constant's numbers off by as much as the
/// worst.
std::optional<double> stepsOfResult(mlir::Operation *op, mlir::OpOperand &constant, const Tensor &reals,
                                    const qnn::Grid &grid, const ActivationRule &rule);

/// Warns of a constant whose grid costs its op's results more than a step (costOfGrid()).
void warnOfCoarseConstant(mlir::Operation *op, mlir::OpOperand &constant, const Tensor &reals, const qnn::Grid &grid,
                          const ActivationRule &rule, bool hasWider);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_CONSTANTCOSTS_H
