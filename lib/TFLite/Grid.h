//===- Grid.h - Grids as TFLite has them ------------------------*- C++ -*-===//
#ifndef TARE_LIB_TFLITE_GRID_H
#define TARE_LIB_TFLITE_GRID_H

#include "tare/Schema/element_type_generated.h"
#include "tare/Schema/program_generated.h"

#include <cstdint>
#include <vector>

namespace tare::tflite {

/// r = scales[c] * (q - zeroPoint), c along an axis where there is more than one; of what is no integer on a grid,
/// there is none.
struct Grid {
  std::vector<float> scales = {};
  int64_t zeroPoint = 0;
  int32_t axis = 0;

  static Grid of(const program::TensorT &tensor);
  bool isKnown() const { return !scales.empty(); }
  /// Of an activation.
  float scale() const { return scales.front(); }
  bool operator==(const Grid &) const = default;
};

/// The ends of a type of activations.
struct Ends {
  int64_t least, greatest;
};
Ends endsOf(ElementType type);

/// The grids that the TFLite quantization specification prescribes for results: of shares of a whole and of logistic,
/// [0, 1]; of tanh, [-1, 1].
Grid unitGrid(ElementType type);
Grid signedUnitGrid(ElementType type);

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_GRID_H
