//===- LinearAttention.cpp - Attention by a state -------------------------===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands.
enum : size_t { query, key, value, pastState, decay, beta };

/// What the rule of the state has.
struct Rule {
  bool isGated = false, hasDelta = false;
};

std::optional<Rule> ruleOf(const Attributes &attributes) {
  std::string name = attributes.text("update_rule", "gated_delta");
  if (name == "linear")
    return Rule{};
  if (name == "gated")
    return Rule{true, false};
  if (name == "delta")
    return Rule{false, true};
  if (name == "gated_delta")
    return Rule{true, true};
  return std::nullopt;
}

/// An operand that a rule has, and others have not: [batch, length, one of two sizes].
void checkFactor(Inference &n, size_t operand, std::string_view role, bool isExpected, int64_t size, int64_t other) {
  if (n.has(operand) != isExpected)
    return n.error(fmt::format("{} is {}", role, isExpected ? "missing" : "given, which the update rule has not"));
  if (!isExpected)
    return;
  expectFloats(n, operand, role);
  expectRank(n, operand, role, 3, 3);
  if (!n.failed() && n.shape(operand)[2] != other)
    expectShape(n, operand, role, {n.shape(query)[0], n.shape(query)[1], size});
  else if (!n.failed())
    expectShape(n, operand, role, {n.shape(query)[0], n.shape(query)[1], other});
}

void inferLinear(Inference &n) {
  static constexpr std::string_view roles[] = {"query", "key", "value"};
  for (size_t i : {query, key, value}) {
    expectFloats(n, i, roles[i]);
    expectRank(n, i, roles[i], 3, 3);
  }
  std::optional<Rule> rule = ruleOf(n.attributes());
  if (!rule)
    n.error("attribute 'update_rule' is '" + n.attributes().text("update_rule", "") +
            "', expected linear, gated, delta or gated_delta");
  constexpr int64_t most = 1 << 30;
  int64_t heads = expectWithin(n, "q_num_heads", 0, 1, most), shared = expectWithin(n, "kv_num_heads", 0, 1, most);
  if (n.failed())
    return;
  Shape shape = n.shape(query);
  if (heads % shared != 0 || shape[2] % heads != 0 || n.shape(value)[2] % shared != 0)
    return n.error(fmt::format("rows of {} and {} do not divide among {} and {} heads", shape[2], n.shape(value)[2],
                               heads, shared));
  int64_t size = shape[2] / heads, valueSize = n.shape(value)[2] / shared;
  expectShape(n, key, "key", {shape[0], shape[1], shared * size});
  expectShape(n, value, "value", {shape[0], shape[1], shared * valueSize});
  checkFactor(n, decay, "decay", rule->isGated, shared, shared * size);
  checkFactor(n, beta, "beta", rule->hasDelta, shared, 1);
  Shape state{shape[0], shared, size, valueSize};
  if (n.has(pastState)) {
    expectFloats(n, pastState, "past_state");
    expectShape(n, pastState, "past_state", state);
  }
  expectResults(n, 2);
  shape[2] = checkedProduct(n, heads, valueSize);
  n.give(n.element(query), shape);
  n.give(n.element(n.has(pastState) ? pastState : query), state, 1);
}

/// One head of the state, of [size, value size], with a step's values for it.
struct Step {
  float *state;
  int64_t size, valueSize;
  const float *k, *v;
  /// One for all rows of the state, or one for each; null: none.
  const float *decay;
  bool isDecayShared;
  /// Null: no delta.
  const float *beta;
};

void advance(const Step &s, std::vector<double> &added) {
  if (s.decay)
    for (int64_t row = 0; row < s.size; ++row) {
      double factor = std::exp(double(s.decay[s.isDecayShared ? 0 : row]));
      for (int64_t i = 0; i < s.valueSize; ++i)
        s.state[row * s.valueSize + i] = float(s.state[row * s.valueSize + i] * factor);
    }
  added.assign(s.v, s.v + s.valueSize);
  if (s.beta) {
    // What the state does not give for the key yet.
    for (int64_t row = 0; row < s.size; ++row)
      for (int64_t i = 0; i < s.valueSize; ++i)
        added[i] -= double(s.state[row * s.valueSize + i]) * s.k[row];
    for (double &each : added)
      each *= *s.beta;
  }
  for (int64_t row = 0; row < s.size; ++row)
    for (int64_t i = 0; i < s.valueSize; ++i)
      s.state[row * s.valueSize + i] += float(s.k[row] * added[i]);
}

void linear(Evaluation &e) {
  Tensor q = floatsOf(e.operand(query)), k = floatsOf(e.operand(key)), v = floatsOf(e.operand(value));
  Tensor decays = e.has(decay) ? floatsOf(e.operand(decay)) : Tensor();
  Tensor betas = e.has(beta) ? floatsOf(e.operand(beta)) : Tensor();
  int64_t heads = e.attributes().integer("q_num_heads", 1), shared = e.attributes().integer("kv_num_heads", 1);
  int64_t batch = q.shape()[0], length = q.shape()[1], size = q.shape()[2] / heads, valueSize = v.shape()[2] / shared;
  double scale = e.attributes().number("scale", 0);
  if (scale == 0)
    scale = 1 / std::sqrt(double(size));
  Tensor y = zeros({batch, length, heads * valueSize}), state = zeros({batch, shared, size, valueSize});
  if (e.has(pastState) && state.count() != 0)
    giveFloats(floatsOf(e.operand(pastState)), state);
  bool isDecayShared = decays && decays.shape()[2] == shared;
  std::vector<double> sum;
  for (int64_t step = 0; step < batch * length; ++step)
    for (int64_t head = 0; head < shared; ++head) {
      float *at = state.mutableAs<float>() + (step / length * shared + head) * size * valueSize;
      const float *gate = decays ? decays.as<float>() + (step * shared + head) * (isDecayShared ? 1 : size) : nullptr;
      const float *rate = betas ? betas.as<float>() + (betas.shape()[2] == 1 ? step : step * shared + head) : nullptr;
      advance({at, size, valueSize, k.as<float>() + (step * shared + head) * size,
               v.as<float>() + (step * shared + head) * valueSize, gate, isDecayShared, rate},
              sum);
      for (int64_t reader = head * (heads / shared); reader < (head + 1) * (heads / shared); ++reader) {
        sum.assign(valueSize, 0);
        for (int64_t row = 0; row < size; ++row)
          for (int64_t i = 0; i < valueSize; ++i)
            sum[i] += double(q.as<float>()[(step * heads + reader) * size + row]) * at[row * valueSize + i];
        for (int64_t i = 0; i < valueSize; ++i)
          y.mutableAs<float>()[(step * heads + reader) * valueSize + i] = float(scale * sum[i]);
      }
    }
  giveFloats(y, e.result());
  if (e.gives(1))
    giveFloats(state, e.result(1));
}

} // namespace

void host::addLinearAttention(Operators &all) { all.add("LinearAttention", inferLinear, linear); }
