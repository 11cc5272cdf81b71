//===- Settings.h - What a rule of a configuration says ---------*- C++ -*-===//
#ifndef TARE_CONFIG_SETTINGS_H
#define TARE_CONFIG_SETTINGS_H

#include "tare/Dialect/Qnn/Choices.h"

#include <string>
#include <vector>

namespace tare::config {

/// What is said of layers: each setting, or nothing. Those of activations are of a layer's results, in whose grids its
/// readers see them.
struct Settings {
  qnn::ValueChoice activations;
  qnn::LayerChoice layer;

  /// Takes over what `later` says, which wins over what this one said. A fixed grid is one setting, however it is
  /// given.
  void override(const Settings &later);
  bool hasActivations() const { return activations != qnn::ValueChoice(); }
  bool hasWeights() const {
    return layer.perChannel || !layer.weightScales.empty() || layer.biasCorrection || layer.adaptiveRounding;
  }
  bool empty() const { return !hasActivations() && !hasWeights() && !layer.keepFloat; }
};

/// By the names of a configuration's file: "activations.bits 16, weights.per_channel false".
std::string textOf(const Settings &settings);

} // namespace tare::config

#endif // TARE_CONFIG_SETTINGS_H
