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

/// An input that the user makes a constant, in the model's type, float64 too. `shapes` bind the dimensions that the
/// model leaves open; of others a first one is 1 where there are more, and one follows from the number of values.
mlir::FailureOr<Tensor> constantInput(const proto::ValueInfoProto &input, const InputValue &given,
                                      const std::vector<InputShape> &shapes, const Reporter &reporter);

/// Constants by the names of the inputs that they replace.
using Constants = std::vector<std::pair<std::string, Tensor>>;
/// The inputs that the user makes constants, which @main does not have: the graph drops them.
mlir::FailureOr<Constants> takeConstants(Graph &graph, const ImportOptions &options, const Reporter &reporter);

/// Binds symbolic dimensions by the user's shapes and by the data's; a first one becomes 1. Without those that the
/// graph drops.
mlir::FailureOr<std::vector<BoundInput>> bindInputs(const Graph &graph, const ImportOptions &options,
                                                    const Reporter &reporter);

} // namespace tare::onnx

#endif // TARE_LIB_ONNX_INPUTS_H
