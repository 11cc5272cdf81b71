//===- Attention.cpp - ONNX's scaled attention ----------------------------===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Families.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands.
enum : size_t { query, key, value, mask, pastKey, pastValue, validKeys };
constexpr std::string_view roles[] = {"Q", "K", "V", "attn_mask", "past_key", "past_value", "nonpad_kv_seqlen"};

/// The sizes of the problem.
struct Sizes {
  int64_t batch = 0, heads = 1, sharedHeads = 1, queries = 0, keys = 0, size = 0, valueSize = 0, past = 0;
  bool isSplit = false;

  Shape scores() const { return {batch, heads, queries, past + keys}; }
};

Sizes sizesOf(const Shape &q, const Shape &k, const Shape &v, const Shape *past, const Attributes &attributes) {
  Sizes s;
  s.batch = q[0];
  s.isSplit = q.size() == 4;
  s.heads = s.isSplit ? q[1] : attributes.integer("q_num_heads", 0);
  s.sharedHeads = s.isSplit ? k[1] : attributes.integer("kv_num_heads", 0);
  size_t length = s.isSplit ? 2 : 1;
  s.queries = q[length];
  s.keys = k[length];
  s.size = s.isSplit ? q[3] : q[2] / std::max<int64_t>(s.heads, 1);
  s.valueSize = s.isSplit ? v[3] : v[2] / std::max<int64_t>(s.sharedHeads, 1);
  s.past = past ? (*past)[2] : 0;
  return s;
}

Shape shapeOf(const Sizes &s, int64_t heads, int64_t length, int64_t size) {
  return s.isSplit ? Shape{s.batch, heads, length, size} : Shape{s.batch, length, heads * size};
}

void checkOperands(Inference &n) {
  for (size_t i : {query, key, value}) {
    expectFloats(n, i, roles[i]);
    expectRank(n, i, roles[i], 3, 4);
    if (!n.failed() && n.rank(i) != n.rank(query))
      n.error(fmt::format("{} has {} dimensions, expected {}", roles[i], n.rank(i), n.rank(query)));
  }
  if (n.has(pastKey) != n.has(pastValue))
    n.error("of past_key and past_value one is missing");
  for (size_t i : {pastKey, pastValue})
    if (n.has(i)) {
      expectFloats(n, i, roles[i]);
      expectRank(n, i, roles[i], 4, 4);
    }
  if (n.has(validKeys) && n.has(pastKey))
    n.error("nonpad_kv_seqlen and past_key are both given");
}

void checkHeads(Inference &n, const Sizes &s) {
  constexpr int64_t most = 1 << 30;
  if (s.heads < 1 || s.sharedHeads < 1 || s.heads > most || s.heads % s.sharedHeads != 0)
    return n.error(fmt::format("has {} heads of queries and {} of keys, expected a multiple", s.heads, s.sharedHeads));
  for (size_t i : {query, key, value})
    if (int64_t heads = i == query ? s.heads : s.sharedHeads; !s.isSplit && n.shape(i)[2] % heads != 0)
      n.error(fmt::format("{} has rows of {}, which {} heads do not divide", roles[i], n.shape(i)[2], heads));
}

void checkMask(Inference &n, const Sizes &s) {
  expectRank(n, mask, roles[mask], 1, 4);
  if (!n.failed() && !isFloat(n.element(mask)) && n.element(mask) != ElementType::boolean)
    n.error(fmt::format("attn_mask holds {}, expected floats or bool", nameOf(n.element(mask))));
  if (n.failed())
    return;
  Shape shape = n.shape(mask), wide = s.scores();
  int64_t keys = shape.back();
  shape.back() = wide.back() = 1;
  if (broadcastShape(shape, wide) != wide || keys > s.past + s.keys)
    n.error(fmt::format("attn_mask has the shape {}, which does not broadcast to {}", toString(n.shape(mask)),
                        toString(s.scores())));
}

void inferAttention(Inference &n) {
  checkOperands(n);
  if (n.failed())
    return;
  Sizes s = sizesOf(n.shape(query), n.shape(key), n.shape(value), n.has(pastKey) ? &n.shape(pastKey) : nullptr,
                    n.attributes());
  checkHeads(n, s);
  if (n.failed())
    return;
  expectShape(n, key, roles[key], shapeOf(s, s.sharedHeads, s.keys, s.size));
  expectShape(n, value, roles[value], shapeOf(s, s.sharedHeads, s.keys, s.valueSize));
  if (n.has(pastKey)) {
    expectShape(n, pastKey, roles[pastKey], {s.batch, s.sharedHeads, s.past, s.size});
    expectShape(n, pastValue, roles[pastValue], {s.batch, s.sharedHeads, s.past, s.valueSize});
  }
  int64_t all = checkedSum(n, s.past, s.keys);
  expectScores(n, s.batch, s.heads, s.queries, all);
  if (n.has(mask) && !n.failed())
    checkMask(n, s);
  if (n.has(validKeys)) {
    expectIntegers(n, validKeys, roles[validKeys]);
    expectShape(n, validKeys, roles[validKeys], {s.batch});
  }
  (void)expectWithin(n, "qk_matmul_output_mode", 0, 0, 3);
  for (std::string_view window : {"left_window_size", "right_window_size"})
    (void)expectWithin(n, window, -1, -1, INT64_MAX);
  expectResults(n, 4);
  if (!s.isSplit)
    (void)checkedProduct(n, s.heads, s.valueSize);
  if (n.failed())
    return;
  n.give(n.element(query), shapeOf(s, s.heads, s.queries, s.valueSize));
  n.give(n.element(key), {s.batch, s.sharedHeads, all, s.size}, 1);
  n.give(n.element(value), {s.batch, s.sharedHeads, all, s.valueSize}, 2);
  n.give(n.element(query), s.scores(), 3);
}

/// Which keys a query may see by its place.
class Frontier {
public:
  Frontier(Evaluation &e, const Sizes &s) : isCausal(e.attributes().integer("is_causal", 0) != 0) {
    if (e.opset() >= 25) {
      left = e.attributes().integer("left_window_size", -1);
      right = e.attributes().integer("right_window_size", -1);
    }
    offsets.assign(s.batch, s.past);
    if (!e.has(validKeys))
      return;
    valid = e.integers(validKeys);
    for (int64_t i = 0; i < s.batch; ++i) {
      // Beyond all keys there are none.
      valid[i] = std::clamp<int64_t>(valid[i], 0, s.keys);
      offsets[i] = valid[i] - s.queries;
    }
  }

  void add(int64_t batch, int64_t query, std::span<float> biases) const {
    int64_t place = query + offsets[batch], count = biases.size(), begin = 0, end = count;
    if (isCausal)
      end = std::min(end, place + 1);
    if (left >= 0)
      begin = std::max(begin, place - std::min(left, INT64_MAX / 2));
    if (right >= 0 && right < count)
      end = std::min(end, place + right + 1);
    if (!valid.empty())
      end = std::min(end, valid[batch]);
    for (int64_t i = 0; i < count; ++i)
      if (i < begin || i >= end)
        biases[i] = -std::numeric_limits<float>::infinity();
  }

private:
  bool isCausal;
  int64_t left = -1, right = -1;
  /// Of the first query's place, and how many keys are valid, per sample; empty: all.
  std::vector<int64_t> offsets, valid;
};

void attention(Evaluation &e) {
  Sizes s = sizesOf(e.shape(query), e.shape(key), e.shape(value), e.has(pastKey) ? &e.shape(pastKey) : nullptr,
                    e.attributes());
  auto heads = [&](size_t operand, int64_t count) {
    Tensor x = floatsOf(e.operand(operand));
    return s.isSplit ? x : splitHeads(x, count);
  };
  auto past = [&](size_t operand) { return e.has(operand) ? &e.operand(operand) : nullptr; };
  ScaledAttention a;
  a.q = heads(query, s.heads);
  a.k = behindPast(past(pastKey), heads(key, s.sharedHeads));
  a.v = behindPast(past(pastValue), heads(value, s.sharedHeads));
  a.scale = e.attributes().number("scale", 1 / std::sqrt(double(s.size)));
  a.softcap = e.attributes().number("softcap", 0);
  a.stage = ScaledAttention::Stage(e.attributes().integer("qk_matmul_output_mode", 0));
  a.type = narrowType(e.attributes());
  // Where it is left out, all is of the queries' type.
  a.softmaxType =
      e.attributes().has("softmax_precision") ? narrowType(e.attributes().integer("softmax_precision", 0)) : a.type;
  std::optional<ScoreMask> given;
  // In opset 23 a mask of one key is one for all keys.
  if (e.has(mask))
    given.emplace(e.operand(mask), s.scores(), e.opset() >= 24 || e.shape(mask).back() != 1);
  Frontier frontier(e, s);
  a.addBias = [&](int64_t batch, int64_t head, int64_t at, std::span<float> biases) {
    if (given)
      given->add(batch, head, at, biases);
    frontier.add(batch, at, biases);
  };
  Tensor y = a.run(e.gives(3));
  giveFloats(s.isSplit ? y : mergeHeads(y), e.result());
  if (e.gives(1))
    giveFloats(a.k, e.result(1));
  if (e.gives(2))
    giveFloats(a.v, e.result(2));
  if (e.gives(3))
    giveFloats(a.scores, e.result(3));
}

//===----------------------------------------------------------------------===//
// FlexAttention
//===----------------------------------------------------------------------===//

void inferFlex(Inference &n) {
  for (size_t i : {query, key, value}) {
    expectFloats(n, i, roles[i]);
    expectRank(n, i, roles[i], 4, 4);
  }
  for (std::string_view graph : {"score_mod", "prob_mod"})
    if (n.attributes().has(graph))
      n.error(fmt::format("attribute '{}' is a graph, which is not supported", graph));
  expectResults(n, 1);
  if (!n.failed())
    inferAttention(n);
}

} // namespace

void host::addAttention(Operators &all) {
  all.add("Attention", inferAttention, attention);
  // Without its graphs that is the other one without a mask.
  all.add("ai.onnx.preview.FlexAttention", inferFlex, attention);
  addLinearAttention(all);
  addRotaryEmbedding(all);
  addMicrosoftAttention(all);
  addMultiHeadAttention(all);
}
