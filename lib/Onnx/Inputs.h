//===- Inputs.h - The shapes of a model's inputs ----------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_INPUTS_H
#define TARE_LIB_ONNX_INPUTS_H

#include "Graph.h"
#include "tare/Onnx/Import.h"

namespace tare::onnx {

/// A graph input whose every dimension is known.
struct BoundInput {
  std::string name;
  /// ONNX's element type.
  int32_t dataType;
  Shape shape;
};

/// Binds symbolic dimensions by the user's shapes; a first one becomes 1.
mlir::FailureOr<std::vector<BoundInput>> bindInputs(const Graph &graph, const std::vector<InputShape> &shapes,
                                                    const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_INPUTS_H
