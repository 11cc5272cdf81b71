//===- Requantization.h - What of a requantization TFLite has ---*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_REQUANTIZATION_H
#define TARE_LIB_TFLITE_REQUANTIZATION_H

#include "LayerWriter.h"

namespace tare::tflite {

/// Whether a layer gives an activation by a multiplication and a shift, as TFLite's do; an error that says what it
/// gives, and which target does not. TFLite computes the multipliers itself, from the grids.
Status checkRequant(const program::RequantT *requant);

template <typename Parameters> Limits limitsOf(const Parameters &parameters) {
  return {parameters.clamp_min, parameters.clamp_max};
}

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_REQUANTIZATION_H
