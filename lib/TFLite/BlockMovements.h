//===- BlockMovements.h - Depth to space, and back --------------*- C++ -*-===//
//
// A program moves blocks of channels in several layers, reshapes and transposes of six dimensions. TFLite has one
// operator for all of them, and accelerators have no transpose of six dimensions.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TFLITE_BLOCKMOVEMENTS_H
#define TARE_LIB_TFLITE_BLOCKMOVEMENTS_H

#include "LayerWriter.h"

#include <map>

namespace tare::tflite {

class BlockMovements {
public:
  explicit BlockMovements(const program::Model &model);

  /// Whether a layer is one of several that become one operator.
  bool isPart(size_t layer) const { return parts.contains(layer); }
  /// The operator in place of the last of them, nothing in place of the others.
  Status lower(LayerWriter &layer, size_t index) const;

private:
  struct Movement {
    size_t first = 0, last = 0;
    BuiltinOperator code = BuiltinOperator::DEPTH_TO_SPACE;
    /// Rows and columns of a block.
    int32_t block = 0;
  };

  std::map<size_t, Movement> parts;
};

} // namespace tare::tflite

#endif // TARE_LIB_TFLITE_BLOCKMOVEMENTS_H
