//===- ScaleCosts.h - What each scale costs ---------------------*- C++ -*-===//
//
// What values, constants and layers with multipliers lose by each exponent.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALECOSTS_H
#define TARE_PASSES_QUANTIZE_SCALECOSTS_H

#include "Quantize/ScaleModel.h"

namespace tare {

/// Adds to a model's problem what its variables cost.
class ScaleCosts {
public:
  explicit ScaleCosts(ScaleModel &model) : model(model) {}

  void add();

private:
  using Variable = ScaleModel::Variable;
  using Layer = ScaleModel::Layer;

  void addValues();
  /// False where it says nothing of what the value's group loses.
  bool addValue(mlir::Value value);
  void addConstantsBeside(mlir::Value value);
  void addLayer(const Layer &layer);
  /// By w, times `factor`, where the weights' scale for M = 1 is base * 2^w and the largest shift is 0.
  ConvexCost multipliedCost(const ChannelWeights &channel, double base, double factor) const;

  ScaleModel &model;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALECOSTS_H
