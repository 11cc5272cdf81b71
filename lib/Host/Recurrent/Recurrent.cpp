//===- Recurrent.cpp - Layers that keep a state ---------------------------===//
#include "Recurrent.h"
#include "Families.h"
#include "OperandChecks.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

namespace {

const RecurrentKind rnn{1, {"Tanh"}};
const RecurrentKind gru{3, {"Sigmoid", "Tanh"}};
const RecurrentKind lstm{4, {"Sigmoid", "Tanh", "Tanh"}, true};
const RecurrentKind quantizedLstm{4, {"Sigmoid", "Tanh", "Tanh"}, true, true};

int64_t directionsOf(Inference &n) {
  std::string direction = n.attributes().text("direction", "forward");
  if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
    n.error("attribute 'direction' is '" + direction + "', expected forward, reverse or bidirectional");
  return direction == "bidirectional" ? 2 : 1;
}

void checkAttributes(Inference &n, const RecurrentKind &kind, int64_t directions, int64_t hidden) {
  if (n.attributes().has("hidden_size") && n.attributes().integer("hidden_size", 0) != hidden)
    n.error(
        fmt::format("attribute 'hidden_size' is {}, but R is of {}", n.attributes().integer("hidden_size", 0), hidden));
  if (int64_t layout = n.attributes().integer("layout", 0); layout != 0 && layout != 1)
    n.error(fmt::format("attribute 'layout' is {}, expected 0 or 1", layout));
  if (n.attributes().has("clip") && !(n.attributes().number("clip", 0) > 0))
    n.error(fmt::format("attribute 'clip' is {}, expected a positive number", n.attributes().number("clip", 0)));
  if (auto all = activationsOf(n.attributes(), kind.activations, directions); !all)
    n.error(all.error().message);
}

void checkOptionalFloats(Inference &n, size_t operand, std::string_view role, const Shape &shape) {
  if (!n.has(operand))
    return;
  expectFloats(n, operand, role);
  expectShape(n, operand, role, shape);
}

/// Of the quantized kind, whose scales are of a direction, or of each of its gates.
void checkScales(Inference &n, size_t operand, std::string_view role, int64_t directions, int64_t gates) {
  expectFloats(n, operand, role);
  if (!n.failed() && n.shape(operand) != Shape{directions})
    expectShape(n, operand, role, {directions, gates});
}

void checkWeights(Inference &n, const RecurrentKind &kind, int64_t directions, int64_t gates, int64_t hidden) {
  int64_t width = n.shape(input)[2];
  if (!kind.isQuantized) {
    expectShape(n, weights, "W", {directions, gates, width});
    return expectShape(n, recurrence, "R", {directions, gates, hidden});
  }
  expectShape(n, weights, "W", {directions, width, gates});
  expectShape(n, recurrence, "R", {directions, hidden, gates});
  checkScales(n, weightScale, "W_scale", directions, gates);
  checkScales(n, recurrenceScale, "R_scale", directions, gates);
  for (size_t i : {weightZero, recurrenceZero}) {
    std::string_view role = i == weightZero ? "W_zero_point" : "R_zero_point";
    expectIntegers(n, i, role);
    if (!n.failed())
      expectShape(n, i, role, n.shape(i - 1));
  }
}

void infer(Inference &n, const RecurrentKind &kind) {
  static constexpr std::string_view roles[] = {"X", "W", "R"};
  for (size_t i : {input, weights, recurrence}) {
    kind.isQuantized &&i != input ? expectIntegers(n, i, roles[i]) : expectFloats(n, i, roles[i]);
    expectRank(n, i, roles[i], 3, 3);
  }
  int64_t directions = directionsOf(n);
  if (n.failed())
    return;
  bool batchFirst = isBatchFirst(n.attributes());
  int64_t length = n.shape(input)[batchFirst], batch = n.shape(input)[!batchFirst],
          hidden = n.shape(recurrence)[kind.isQuantized ? 1 : 2];
  checkAttributes(n, kind, directions, hidden);
  int64_t gates = checkedProduct(n, kind.gates, hidden);
  checkWeights(n, kind, directions, gates, hidden);
  Shape state = batchFirst ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  checkOptionalFloats(n, bias, "B", {directions, 2 * gates});
  checkOptionalFloats(n, initialH, "initial_h", state);
  if (kind.hasCell) {
    checkOptionalFloats(n, initialC, "initial_c", state);
    checkOptionalFloats(n, peepholes, "P", {directions, 3 * hidden});
  }
  if (n.has(lengths)) {
    expectIntegers(n, lengths, "sequence_lens");
    expectShape(n, lengths, "sequence_lens", {batch});
  }
  expectResults(n, kind.hasCell ? 3 : 2);
  n.give(n.element(0),
         batchFirst ? Shape{batch, length, directions, hidden} : Shape{length, directions, batch, hidden});
  for (size_t i : {1, 2})
    n.give(n.element(0), state, i);
}

void inferRnn(Inference &n) { infer(n, rnn); }
void inferGru(Inference &n) { infer(n, gru); }
void inferLstm(Inference &n) { infer(n, lstm); }
void inferQuantizedLstm(Inference &n) { infer(n, quantizedLstm); }

void runRnn(Evaluation &e) { runLayer(e, rnn, stepRnn); }
void runGru(Evaluation &e) { runLayer(e, gru, stepGru); }
void runLstm(Evaluation &e) { runLayer(e, lstm, stepLstm); }
void runQuantizedLstm(Evaluation &e) { runLayer(e, quantizedLstm, stepLstm); }

} // namespace

void host::addRecurrent(Operators &all) {
  all.add("RNN", inferRnn, runRnn);
  all.add("GRU", inferGru, runGru);
  all.add("LSTM", inferLstm, runLstm);
  all.add("com.microsoft.DynamicQuantizeLSTM", inferQuantizedLstm, runQuantizedLstm);
}
