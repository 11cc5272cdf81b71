//===- Layer.cpp - All steps of a layer that keeps a state ----------------===//
#include "Elements.h"
#include "Matrices.h"
#include "Recurrent.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

using namespace tare;
using namespace tare::host;

namespace {

bool isReverse(const Attributes &attributes, int64_t direction) {
  return direction == 1 || attributes.text("direction", "forward") == "reverse";
}

/// Elements [index] of the first axis.
Tensor part(const Tensor &x, int64_t index) {
  Shape shape(x.shape().begin() + 1, x.shape().end());
  Tensor y(ElementType::f32, shape);
  if (y.count() != 0)
    std::memcpy(y.mutableAs<float>(), x.as<float>() + index * y.count(), y.type().bytes());
  return y;
}

/// Columns [begin, end) of a matrix.
Tensor columns(const Tensor &x, int64_t begin, int64_t end) {
  Tensor y(ElementType::f32, {x.shape()[0], end - begin});
  for (int64_t row = 0; row < x.shape()[0]; ++row)
    std::copy_n(x.as<float>() + row * x.shape()[1] + begin, end - begin, y.mutableAs<float>() + row * (end - begin));
  return y;
}

/// With sequences as the first axis and the batch, or the directions and the batch, exchanged.
Tensor exchanged(const Tensor &x) { return transposed(x, std::vector<int64_t>{1, 0, 2}); }

/// A layer: its operands as float32, with the batch after the sequence.
class Layer {
public:
  Layer(Evaluation &e, const RecurrentKind &kind, void (*step)(Direction &)) : e(e), kind(kind), step(step) {
    batchFirst = isBatchFirst(e.attributes());
    Tensor given = floatsOf(e.operand(input));
    x = batchFirst ? exchanged(given) : given;
    length = x.shape()[0];
    batch = x.shape()[1];
    directions = e.shape(recurrence)[0];
    hidden = e.shape(recurrence)[kind.isQuantized ? 1 : 2];
    if (kind.isQuantized)
      x = quantized(x);
    sequences.assign(batch, length);
    if (e.has(lengths))
      sequences = e.integers(lengths);
  }

  void run() {
    for (int64_t each : sequences)
      if (each < 0 || each > length)
        return e.error(fmt::format("a sequence has the length {}, expected 0 to {}", each, length));
    y = zeros({length, directions, batch, hidden});
    h = zeros({directions, batch, hidden});
    c = zeros({directions, batch, hidden});
    for (int64_t i = 0; i < directions; ++i)
      runDirection(i);
    if (e.gives(0))
      giveFloats(batchFirst ? transposed(y, std::vector<int64_t>{2, 0, 1, 3}) : y, e.result(0));
    if (e.gives(1))
      giveFloats(batchFirst ? exchanged(h) : h, e.result(1));
    if (e.gives(2))
      giveFloats(batchFirst ? exchanged(c) : c, e.result(2));
  }

private:
  Direction directionOf(int64_t index) {
    Direction d;
    d.batch = batch;
    d.hidden = hidden;
    d.quantizesState = kind.isQuantized;
    std::vector<Activation> all = *activationsOf(e.attributes(), kind.activations, directions);
    size_t each = kind.activations.size();
    d.activations.assign(all.begin() + index * each, all.begin() + (index + 1) * each);
    d.clip = e.attributes().number("clip", 0);
    d.variant = e.attributes().integer(kind.hasCell ? "input_forget" : "linear_before_reset", 0) != 0;
    d.recurrence = matrixOf(recurrence, index);
    if (kind.gates == 3) {
      d.candidate = columns(d.recurrence, 2 * hidden, 3 * hidden);
      d.recurrence = columns(d.recurrence, 0, 2 * hidden);
    }
    d.h = initialState(initialH, index);
    if (kind.hasCell) {
      d.c = initialState(initialC, index);
      if (e.has(peepholes))
        d.peepholes = valuesOf(peepholes, index);
    }
    d.inputs = zeros({batch, kind.gates * hidden});
    d.isActive.resize(batch);
    return d;
  }

  /// Weights of a direction as they are multiplied from the right.
  Tensor matrixOf(size_t operand, int64_t index) {
    Tensor matrix = part(floatsOf(e.operand(operand)), index);
    if (!kind.isQuantized)
      return withMatricesTransposed(matrix);
    size_t scaleOperand = operand == weights ? weightScale : recurrenceScale;
    std::vector<double> scale = numbersOf(e.operand(scaleOperand)), zero = numbersOf(e.operand(scaleOperand + 1));
    // Of the direction, or of each column.
    int64_t columns = matrix.shape()[1], each = int64_t(scale.size()) / directions;
    for (int64_t i = 0; i < matrix.count(); ++i) {
      int64_t place = index * each + (each == 1 ? 0 : i % columns);
      matrix.mutableAs<float>()[i] = float((matrix.as<float>()[i] - zero[place]) * scale[place]);
    }
    return matrix;
  }

  std::vector<float> valuesOf(size_t operand, int64_t index) {
    Tensor values = part(floatsOf(e.operand(operand)), index);
    return {values.as<float>(), values.as<float>() + values.count()};
  }

  Tensor initialState(size_t operand, int64_t index) {
    if (!e.has(operand))
      return zeros({batch, hidden});
    Tensor given = floatsOf(e.operand(operand));
    Tensor state = part(batchFirst ? exchanged(given) : given, index);
    // Of a sequence without steps nothing is left, as in ONNX Runtime.
    for (int64_t row = 0; row < batch; ++row)
      if (sequences[row] == 0)
        std::fill_n(state.mutableAs<float>() + row * hidden, hidden, 0.0f);
    return state;
  }

  /// What all inputs of all steps give, biases included: [length * batch, gates * hidden].
  Tensor productOfInputs(int64_t index, Direction &d) {
    int64_t width = kind.gates * hidden;
    Tensor product(ElementType::f32, {length * batch, width});
    multiply(x.reshaped({length * batch, x.shape()[2]}), matrixOf(weights, index), product);
    d.candidateBias.assign(hidden, 0.0f);
    if (!e.has(bias))
      return product;
    std::vector<float> biases = valuesOf(bias, index);
    for (int64_t i = 0; i < width; ++i) {
      // The state's own bias, where it is added before the reset.
      if (kind.gates == 3 && d.variant && i >= 2 * hidden)
        d.candidateBias[i - 2 * hidden] = biases[width + i];
      else
        biases[i] += biases[width + i];
    }
    float *values = product.mutableAs<float>();
    for (int64_t row = 0; row < length * batch; ++row)
      for (int64_t i = 0; i < width; ++i)
        values[row * width + i] += biases[i];
    return product;
  }

  void runDirection(int64_t index) {
    Direction d = directionOf(index);
    Tensor product = productOfInputs(index, d);
    int64_t width = kind.gates * hidden;
    bool reverse = isReverse(e.attributes(), index);
    for (int64_t time = 0; time < length; ++time) {
      auto place = [&](int64_t row) { return reverse ? sequences[row] - 1 - time : time; };
      for (int64_t row = 0; row < batch; ++row) {
        d.isActive[row] = time < sequences[row];
        if (d.isActive[row])
          std::copy_n(product.as<float>() + (place(row) * batch + row) * width, width,
                      d.inputs.mutableAs<float>() + row * width);
      }
      step(d);
      for (int64_t row = 0; row < batch; ++row)
        if (d.isActive[row])
          std::copy_n(d.h.as<float>() + row * hidden, hidden,
                      y.mutableAs<float>() + ((place(row) * directions + index) * batch + row) * hidden);
    }
    std::copy_n(d.h.as<float>(), batch * hidden, h.mutableAs<float>() + index * batch * hidden);
    if (kind.hasCell)
      std::copy_n(d.c.as<float>(), batch * hidden, c.mutableAs<float>() + index * batch * hidden);
  }

  Evaluation &e;
  const RecurrentKind &kind;
  void (*step)(Direction &);
  bool batchFirst = false;
  int64_t length = 0, batch = 0, directions = 1, hidden = 0;
  std::vector<int64_t> sequences;
  Tensor x, y, h, c;
};

} // namespace

void host::runLayer(Evaluation &e, const RecurrentKind &kind, void (*step)(Direction &)) { Layer(e, kind, step).run(); }
