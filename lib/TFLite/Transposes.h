//===- Transposes.h - Dimensions in another order ---------------*- C++ -*-===//
//
// Accelerators transpose few dimensions, and not in every order. A transpose is written with as few as it has, between
// reshapes, which move nothing.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TFLITE_TRANSPOSES_H
#define TARE_LIB_TFLITE_TRANSPOSES_H

#include "LayerWriter.h"

namespace tare::tflite {

using Order = std::vector<int32_t>;

/// A transpose: the dimensions of what it reads, and their order in what it gives.
struct Transpose {
  Dimensions shape;
  Order order;

  bool operator==(const Transpose &) const = default;
};

/// The same movement of elements with the fewest dimensions: none is 1, and none follows another in both.
Transpose fewest(const Transpose &transpose);

/// `to` is `from` with its dimensions in this order. An error where TFLite's operator has too few dimensions for it.
Status writeTranspose(LayerWriter &layer, Index from, Index to, const Order &order);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_TRANSPOSES_H
