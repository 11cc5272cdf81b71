//===- LayerBounds.h - What layers with weights say of scales ---*- C++ -*-===//
//
// The weights' scales stand between those of a layer's input and result: a bound
// where a multiplier follows, variables of their own where only a shift does.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_LAYERBOUNDS_H
#define TARE_PASSES_QUANTIZE_LAYERBOUNDS_H

#include "Quantize/ScaleModel.h"

namespace tare {

/// Adds layers with weights to a model.
class LayerBounds {
public:
  explicit LayerBounds(ScaleModel &model) : model(model) {}

  /// `y` is its result's scale; nothing where the accumulator leaves.
  void add(qnn::AccumulatorOpInterface op, std::optional<ScaleModel::Variable> y);

private:
  using Variable = ScaleModel::Variable;
  using Layer = ScaleModel::Layer;

  /// A bias keeps this many bits, so that half of the accumulator is left for the products.
  static constexpr int biasBits = 30;

  void addShiftedLayer(Layer layer, mlir::ElementsAttr weights);
  void addFixedWeights(qnn::AccumulatorOpInterface op, const qnn::Grid &grid, Variable x, std::optional<Variable> y);
  void addMultipliedLayer(Layer layer);
  /// The scales that suit the weights alone; none where they cannot be chosen.
  static llvm::SmallVector<double> ownScales(const Layer &layer);

  ScaleModel &model;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_LAYERBOUNDS_H
