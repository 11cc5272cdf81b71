//===- Recurrent.h - Layers that keep a state -------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_RECURRENT_RECURRENT_H
#define TARE_LIB_HOST_RECURRENT_RECURRENT_H

#include "tare/Host/Activations.h"
#include "tare/Host/Operator.h"

namespace tare::host {

/// The operands; only LSTM has those from the sixth on, and the last four only onnxruntime's quantized one.
enum : size_t {
  input,
  weights,
  recurrence,
  bias,
  lengths,
  initialH,
  initialC,
  peepholes,
  weightScale,
  weightZero,
  recurrenceScale,
  recurrenceZero
};

/// What RNN, GRU and LSTM differ in.
struct RecurrentKind {
  /// Of the weights and biases.
  int64_t gates;
  /// Functions per direction, by default.
  std::vector<std::string> activations;
  bool hasCell = false;
  /// Weights are integers, and what they are multiplied with is rounded to 256 levels.
  bool isQuantized = false;
};

inline bool isBatchFirst(const Attributes &attributes) { return attributes.integer("layout", 0) != 0; }

/// One direction of a layer, and its state.
struct Direction {
  int64_t batch = 0, hidden = 0;
  std::vector<Activation> activations;
  /// Arguments of the functions are clipped to this; 0: they are not.
  double clip = 0;
  /// GRU: linear_before_reset; LSTM: input_forget.
  bool variant = false;
  /// The state is rounded before it is multiplied. Of each sequence for itself: onnxruntime does so for as many as its
  /// threads share.
  bool quantizesState = false;

  /// The transposed recurrence weights: [hidden, gates * hidden]; GRU: those of its two gates, and of the hidden state.
  Tensor recurrence, candidate;
  /// GRU: what is added to the product of the state before it is reset.
  std::vector<float> candidateBias;
  /// LSTM: of its input, output and forget gate; empty: none.
  std::vector<float> peepholes;

  /// What the inputs give for this step, biases included: [batch, gates * hidden].
  Tensor inputs;
  /// Which sequences of the batch have this step.
  std::vector<bool> isActive;
  /// [batch, hidden].
  Tensor h, c;

  double clipped(double x) const { return clip == 0 ? x : x < -clip ? -clip : x > clip ? clip : x; }
  double apply(size_t activation, double x) const { return activations[activation](clipped(x)); }
};

/// x as DynamicQuantizeLinear rounds it: all of it, or that many runs of elements each for itself.
Tensor quantized(const Tensor &x, int64_t runs = 1);
void runLayer(Evaluation &e, const RecurrentKind &kind, void (*step)(Direction &));

// Each advances the state by a step.
void stepRnn(Direction &direction);
void stepGru(Direction &direction);
void stepLstm(Direction &direction);

} // namespace tare::host

#endif // TARE_LIB_HOST_RECURRENT_RECURRENT_H
