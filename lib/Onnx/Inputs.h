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
  /// The elements, where they are known; @main then has an argument that nothing reads.
  Tensor known = {};
};

/// An input that the user makes a constant, in the model's type.
mlir::FailureOr<Tensor> constantInput(const proto::ValueInfoProto &input, const InputValue &given,
                                      const Reporter &reporter);

/// Binds symbolic dimensions by the user's shapes and by the data's; a first one becomes 1.
mlir::FailureOr<std::vector<BoundInput>> bindInputs(const Graph &graph, const ImportOptions &options,
                                                    const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_INPUTS_H
