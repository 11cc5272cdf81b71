//===- ParameterCasts.h - Weights and biases on their grids -----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_PARAMETERCASTS_H
#define TARE_PASSES_QUANTIZE_PARAMETERCASTS_H

#include "Quantize/PowerOfTwo.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// Puts the parameters of a function's layers on their grids: of float weights the one that their numbers ask for, of
/// weights that the model brings as integers their own, of biases the accumulator's.
class ParameterCasts {
public:
  /// `repair`: whether scales that the bias, the accumulator or the multiplier cannot use are moved, which is told.
  /// `choices`: what is chosen of the weights of single layers.
  ParameterCasts(const Target &target, bool repair, const qnn::Choices &choices)
      : target(target), repair(repair), choices(choices) {}

  /// The grid that the weights have or will get; nothing where that cannot be said, which is an error later on.
  std::optional<qnn::Grid> weightGridOf(qnn::AccumulatorOpInterface op);

  /// Casts the weights and the bias of a layer that reads `activation`, to the weights' grid in `moved` where shifts
  /// have chosen it. The grid of the weights, or an error where these are no constant or cannot be quantized.
  mlir::FailureOr<qnn::Grid> castToGrids(qnn::AccumulatorOpInterface op, const qnn::Grid &activation,
                                         const PowerOfTwoGrids &moved);

private:
  mlir::FailureOr<qnn::Grid> castWeights(qnn::AccumulatorOpInterface op, const qnn::Grid &activation,
                                         const PowerOfTwoGrids &moved);
  /// Weights that the model brings on a grid of their own: they keep it, unless the hardware cannot use it. Then they
  /// are rounded to the one that is raised.
  mlir::FailureOr<qnn::Grid> keepWeights(qnn::AccumulatorOpInterface op, mlir::quant::DequantizeCastOp integers,
                                         const qnn::Grid &activation);
  /// The grid of float weights that is chosen for the layer, in place of `own`.
  qnn::Grid chosenGridOf(qnn::AccumulatorOpInterface op, qnn::Grid own) const;
  void raiseScales(qnn::AccumulatorOpInterface op, qnn::Grid &grid, const Tensor &weights, const qnn::Grid &activation);

  const Target &target;
  bool repair;
  const qnn::Choices &choices;
  /// Of float weights, before repairs.
  llvm::DenseMap<mlir::ElementsAttr, std::optional<qnn::Grid>> freshGrids;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_PARAMETERCASTS_H
