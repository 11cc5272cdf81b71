//===- Grid.cpp - Grids as TFLite has them --------------------------------===//
#include "Grid.h"

#include <limits>

using namespace tare;
using namespace tare::tflite;

Grid Grid::of(const program::TensorT &tensor) {
  return {{tensor.scales.begin(), tensor.scales.end()}, tensor.zero_point, tensor.axis};
}

Ends tflite::endsOf(ElementType type) {
  if (type == ElementType::i16)
    return {std::numeric_limits<int16_t>::min(), std::numeric_limits<int16_t>::max()};
  return {std::numeric_limits<int8_t>::min(), std::numeric_limits<int8_t>::max()};
}

Grid tflite::unitGrid(ElementType type) {
  return type == ElementType::i16 ? Grid{{0x1p-15F}, 0} : Grid{{0x1p-8F}, std::numeric_limits<int8_t>::min()};
}

Grid tflite::signedUnitGrid(ElementType type) {
  return type == ElementType::i16 ? Grid{{0x1p-15F}, 0} : Grid{{0x1p-7F}, 0};
}
