//===- Requantization.cpp - What of a requantization TFLite has -----------===//
#include "Requantization.h"

using namespace tare;
using namespace tare::tflite;

Status tflite::checkRequant(const program::RequantT *requant) {
  if (!requant)
    return refusal(
        "leaves as its accumulator, and TFLite's layers give activations; convert the model for a target with "
        "'tail: activation', as gemmlowp");
  if (requant->function)
    return refusal("a function within the layer, which TFLite's have not; convert the model for a target with "
                   "'layer_functions: false', as gemmlowp");
  if (requant->stages)
    return refusal("requantized in three stages, which TFLite's layers have not; convert the model for a target with "
                   "'requantizer: multiply_shift', as gemmlowp");
  return success();
}
