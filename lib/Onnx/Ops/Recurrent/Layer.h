//===- Layer.h - What an RNN, a GRU or an LSTM says -------------*- C++ -*-===//
#ifndef TARE_LIB_ONNX_OPS_RECURRENT_LAYER_H
#define TARE_LIB_ONNX_OPS_RECURRENT_LAYER_H

#include "Node.h"
#include "tare/Host/Activations.h"

#include <optional>
#include <string>
#include <vector>

namespace tare::onnx::recurrent {

/// What the three kinds differ in.
struct Kind {
  /// Of the weights and biases.
  int64_t gates;
  /// Of a direction, by default.
  std::vector<std::string> activations;
  bool hasCell = false;
};

/// What the attributes and operands say, checked.
struct Layer {
  int64_t steps = 0, batch = 0, inputs = 0, hidden = 0, directions = 1;
  bool reverse = false;
  /// The batch is in front of the steps in X and Y, and of the directions in the states.
  bool isBatchFirst = false;
  /// An LSTM forgets what it does not let in.
  bool forgetsTheRest = false;
  double clip = 0;
  /// Those of f, g and h in ONNX's formulas, of one direction behind those of the other.
  std::vector<host::Activation> activations;
  /// [steps, batch, inputs].
  mlir::Value x;
  /// W, R, B, P; null: none.
  const Tensor *w = nullptr, *r = nullptr, *bias = nullptr, *peepholes = nullptr;
  /// [steps, batch, 1]: 1 at the steps that a sequence has, and 0 behind its end; null where all have all steps.
  Tensor isWithin;
};

/// Nothing after an error.
std::optional<Layer> readLayer(Node &node, const Kind &kind);

} // namespace tare::onnx::recurrent

#endif // TARE_LIB_ONNX_OPS_RECURRENT_LAYER_H
