//===- Activation.h - Limits as fused activations ---------------*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_ACTIVATION_H
#define TARE_LIB_TFLITE_ACTIVATION_H

#include "Network.h"

#include <optional>

namespace tare::tflite {

/// The integers that a layer's results are kept within.
struct Limits {
  int64_t least, greatest;
};

/// Whether an operator has an activation within itself.
enum class Fusing { none, activation };

/// What keeps results within limits: an activation, and a number that is left to MAXIMUM or MINIMUM.
struct Activation {
  ActivationFunctionType fused = ActivationFunctionType::NONE;
  std::optional<int64_t> least = {}, greatest = {};

  /// Whether nothing is left.
  bool isWhole() const { return !least && !greatest; }
};

/// The integers that an activation keeps results on a grid within, as LiteRT computes them.
Limits limitsOf(ActivationFunctionType function, ElementType type, const Grid &grid);

/// What stands for limits on a grid; nothing for those that are the ends of the type. The lower end of a symmetric
/// grid, -127 or -32767, counts as an end: TFLite's integers have one more, which only what saturates there takes.
Activation activationFor(Limits limits, ElementType type, const Grid &grid, Fusing fusing);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_ACTIVATION_H
