//===- ScaleLosses.h - What a choice of scales loses ------------*- C++ -*-===//
//
// On a target with multipliers: by grids, by weights and by multipliers.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALELOSSES_H
#define TARE_PASSES_QUANTIZE_SCALELOSSES_H

#include "Quantize/ScaleModel.h"

namespace tare {

/// What the scales that a model has lose, as multiples of what counts as all of a value or layer (A50).
class ScaleLosses {
public:
  explicit ScaleLosses(const ScaleModel &model) : model(model) {}

  /// In all: by grids, whose costs must have been added (ScaleCosts), by weights at the scales that are chosen for them
  /// (A51), and by multipliers.
  double all() const;
  /// Of that, what the multipliers add to what the grids and the weights alone would lose.
  double toMultipliers() const;
  /// Bases a little coarser than the natural ones, so that the multipliers of operators without weights are exact, as
  /// far as each can have such a scale: in the order of the graph a result's, or that of an operand which no operator
  /// before needs.
  std::vector<double> basesThatHit() const;

private:
  using Variable = ScaleModel::Variable;
  using Layer = ScaleModel::Layer;
  using Scaling = ScaleModel::Scaling;

  double lossOf(const Layer &layer, bool withMultipliers) const;
  double gainLossOf(const Scaling &scaling) const;
  /// M where the variables have these scales, and the (m, q) that stands for it.
  static double wantedBy(const Scaling &scaling, llvm::ArrayRef<double> scales);
  static Multiplier multiplierOf(const Scaling &scaling, llvm::ArrayRef<double> scales);
  /// Moves one scale that is not `settled` so that M is exact.
  static void hit(const Scaling &scaling, llvm::MutableArrayRef<double> scales, llvm::ArrayRef<bool> settled);

  const ScaleModel &model;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALELOSSES_H
