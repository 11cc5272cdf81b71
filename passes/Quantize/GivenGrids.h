//===- GivenGrids.h - What a quantized model brings -------------*- C++ -*-===//
//
// The three kinds of grids that a model says itself, each against what the
// target has: activations, weights, and constants beside activations.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_GIVENGRIDS_H
#define TARE_PASSES_QUANTIZE_GIVENGRIDS_H

#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Target/Target.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// What the target says of activations of so many bits; null where it has none.
const ActivationFormat *formatOfBits(const Target &target, unsigned bits);

/// The grid of a dequantized constant whose elements may have been moved since; nothing for other values. An axis is
/// that of the constant as the model stores it.
std::optional<qnn::Grid> givenGrid(mlir::Value value);

/// Of a target that only shifts: an error that names values, each with the scale that the model gives it.
mlir::LogicalResult refuseScales(mlir::func::FuncOp function, const Target &target, llvm::ArrayRef<std::string> values);

/// Puts the quantized activations of the function on grids that the target has: with a warning of what that costs, if
/// `repair` allows it; an error that names the values where it does not, where a value has a scale per channel, is of a
/// width that the target has not, or has a scale that is no power of two although the target only shifts.
mlir::LogicalResult conformActivations(mlir::func::FuncOp function, const Target &target, bool repair);

/// The grid that the result of `op` has, or will have by its range and the width of its activation: what costs are told
/// in. Nothing where neither is known.
std::optional<qnn::Grid> expectedGrid(mlir::Operation *op, const qnn::Grid &activation, const Target &target);

/// Whether the weights of `op`, on `grid`, might as well be an activation of 16 bits, which the target has, and `op`
/// the product of two: a linear layer, to whose sums nothing is added or what the target adds by an op of its own.
bool isMatrixOfActivations(qnn::AccumulatorOpInterface op, const qnn::Grid &grid, const Target &target);

/// Weights with a scale per index of another axis than the output channels', or with more scales than the target has,
/// become float, to be quantized anew, in the same way. A matrix of 16 bits that could be an activation is one.
mlir::LogicalResult conformWeights(mlir::func::FuncOp function, const Target &target, bool repair);

/// Constants that ops read like activations get grids that activations have: in an exact form where there is one
/// (a product by a number per channel is a convolution of each channel with itself), otherwise rounded, in the same
/// way.
mlir::LogicalResult conformConstants(mlir::func::FuncOp function, const Target &target, bool repair);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_GIVENGRIDS_H
