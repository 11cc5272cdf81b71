//===- Rounding.h - Where LiteRT rounds otherwise ---------------*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_ROUNDING_H
#define TARE_LIB_TFLITE_ROUNDING_H

#include "LayerWriter.h"

namespace tare::tflite {

/// Whether LiteRT's reference kernels may give other integers for a layer than the program does, by how either rounds.
bool roundsOtherwise(const LayerWriter &layer);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_ROUNDING_H
