//===- MultiHeadAttention.cpp - onnxruntime's attention after projection --===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands.
enum : size_t { query, key, value, bias, mask, attentionBias, pastKey, pastValue };

/// How queries, keys and values are given.
enum class Packing {
  /// Each [batch, length, heads * size].
  none,
  /// The query holds all: [batch, length, heads, 3, size].
  all,
  /// The key holds keys and values: [batch, length, heads, 2, size].
  keys,
  /// Keys and values are [batch, heads, length, size].
  heads
};

struct Sizes {
  Packing packing = Packing::none;
  int64_t batch = 0, heads = 1, queries = 0, keys = 0, size = 0, valueSize = 0, past = 0;

  int64_t allKeys() const { return past + keys; }
  Shape scores() const { return {batch, heads, queries, past + keys}; }
};

void checkOperands(Inference &n) {
  expectFloats(n, query, "query");
  if (!n.failed() && n.rank(query) == 5) {
    if (n.has(key) || n.has(value))
      n.error("query has 5 dimensions, so it holds keys and values, but these are given");
    return;
  }
  expectRank(n, query, "query", 3, 3);
  expectFloats(n, key, "key");
  expectRank(n, key, "key", 3, 5);
  if (n.failed())
    return;
  if (n.rank(key) == 5 && n.has(value))
    n.error("key has 5 dimensions, so it holds values, but these are given");
  if (n.rank(key) != 5) {
    expectFloats(n, value, "value");
    expectRank(n, value, "value", n.rank(key), n.rank(key));
  }
}

/// Of operands that were checked as above. `shapeOf` gives an operand's shape; null where it is left out.
template <typename ShapeOf> Sizes sizesOf(ShapeOf &&shapeOf, const Attributes &attributes) {
  Sizes s;
  const Shape &q = *shapeOf(query);
  s.batch = q[0];
  s.queries = q[1];
  s.heads = attributes.integer("num_heads", 1);
  s.past = shapeOf(pastKey) ? (*shapeOf(pastKey))[2] : 0;
  if (q.size() == 5) {
    s.packing = Packing::all;
    s.keys = q[1];
    s.size = s.valueSize = q[4];
    return s;
  }
  const Shape &k = *shapeOf(key);
  s.size = q[2] / s.heads;
  if (k.size() == 5) {
    s.packing = Packing::keys;
    s.keys = k[1];
    s.valueSize = s.size;
    return s;
  }
  s.packing = k.size() == 4 ? Packing::heads : Packing::none;
  s.keys = k.size() == 4 ? k[2] : k[1];
  s.valueSize = k.size() == 4 ? (*shapeOf(value))[3] : (*shapeOf(value))[2] / s.heads;
  return s;
}

void checkShapes(Inference &n, const Sizes &s) {
  switch (s.packing) {
  case Packing::all:
    return expectShape(n, query, "query", {s.batch, s.queries, s.heads, 3, s.size});
  case Packing::keys:
    expectShape(n, key, "key", {s.batch, s.keys, s.heads, 2, s.size});
    break;
  case Packing::heads:
    expectShape(n, key, "key", {s.batch, s.heads, s.keys, s.size});
    expectShape(n, value, "value", {s.batch, s.heads, s.keys, s.valueSize});
    break;
  case Packing::none:
    expectShape(n, key, "key", {s.batch, s.keys, s.heads * s.size});
    expectShape(n, value, "value", {s.batch, s.keys, s.heads * s.valueSize});
  }
  expectShape(n, query, "query", {s.batch, s.queries, s.heads * s.size});
}

void checkAdded(Inference &n, const Sizes &s) {
  if (n.has(bias)) {
    expectFloats(n, bias, "bias");
    expectShape(n, bias, "bias", {s.heads * (2 * s.size + s.valueSize)});
  }
  if (n.has(mask))
    KeyMask::check(n, mask, "key_padding_mask", s.batch, s.queries, s.allKeys());
  if (n.has(attentionBias)) {
    expectFloats(n, attentionBias, "attention_bias");
    expectRank(n, attentionBias, "attention_bias", 4, 4);
    expectBroadcast(n, attentionBias, "attention_bias", s.scores());
  }
}

void inferMultiHead(Inference &n) {
  int64_t heads = expectWithin(n, "num_heads", 0, 1, 1 << 30);
  checkOperands(n);
  if (n.has(pastKey) != n.has(pastValue))
    n.error("of past_key and past_value one is missing");
  for (size_t i : {pastKey, pastValue})
    if (n.has(i)) {
      expectFloats(n, i, i == pastKey ? "past_key" : "past_value");
      expectRank(n, i, i == pastKey ? "past_key" : "past_value", 4, 4);
    }
  for (size_t i = pastValue + 1; i < n.numOperands(); ++i)
    if (n.has(i))
      n.error(fmt::format("operand {} is given, which is not supported", i));
  if (n.failed())
    return;
  Sizes s = sizesOf([&](size_t i) { return n.has(i) ? &n.shape(i) : nullptr; }, n.attributes());
  // Before sizes are multiplied.
  if (checkedProduct(n, heads, s.size) > int64_t(1) << 58 || checkedProduct(n, heads, s.valueSize) > int64_t(1) << 58)
    n.error("its heads have more elements than a tensor can");
  int64_t all = checkedSum(n, s.past, s.keys);
  expectScores(n, s.batch, s.heads, s.queries, all);
  if (n.failed())
    return;
  checkShapes(n, s);
  if (n.has(pastKey)) {
    expectShape(n, pastKey, "past_key", {s.batch, s.heads, s.past, s.size});
    expectShape(n, pastValue, "past_value", {s.batch, s.heads, s.past, s.valueSize});
  }
  checkAdded(n, s);
  expectResults(n, 4);
  if (n.failed())
    return;
  n.give(n.element(query), {s.batch, s.queries, s.heads * s.valueSize});
  n.give(n.element(query), {s.batch, s.heads, all, s.size}, 1);
  n.give(n.element(query), {s.batch, s.heads, all, s.valueSize}, 2);
  n.give(n.element(query), s.scores(), 3);
}

/// Part `index` of [batch, length, heads, parts, size], as [batch, heads, length, size].
Tensor unpacked(const Tensor &x, int64_t index) {
  Tensor parts = transposed(x, std::vector<int64_t>{3, 0, 2, 1, 4});
  Tensor part(ElementType::f32, Shape(parts.shape().begin() + 1, parts.shape().end()));
  std::copy_n(parts.as<float>() + index * part.count(), part.count(), part.mutableAs<float>());
  return part;
}

/// An operand as [batch, heads, length, size], in memory of its own.
Tensor headsOf(Evaluation &e, const Sizes &s, size_t operand) {
  if (s.packing == Packing::all)
    return unpacked(floatsOf(e.operand(query)), operand);
  if (s.packing == Packing::keys && operand != query)
    return unpacked(floatsOf(e.operand(key)), operand - 1);
  Tensor x = floatsOf(e.operand(operand));
  return s.packing == Packing::heads && operand != query ? x : splitHeads(x, s.heads);
}

void multiHead(Evaluation &e) {
  Sizes s = sizesOf([&](size_t i) { return e.has(i) ? &e.shape(i) : nullptr; }, e.attributes());
  ScaledAttention a{headsOf(e, s, query), headsOf(e, s, key), headsOf(e, s, value)};
  if (e.has(bias)) {
    Tensor given = floatsOf(e.operand(bias));
    addHeadBias(a.q, given, 0);
    // Keys and values that are split into heads have theirs already.
    if (s.packing != Packing::heads) {
      addHeadBias(a.k, given, s.heads * s.size);
      addHeadBias(a.v, given, 2 * s.heads * s.size);
    }
  }
  a.k = behindPast(e.has(pastKey) ? &e.operand(pastKey) : nullptr, a.k);
  a.v = behindPast(e.has(pastValue) ? &e.operand(pastValue) : nullptr, a.v);
  double scale = e.attributes().number("scale", 0);
  a.scale = scale == 0 ? 1 / std::sqrt(double(s.size)) : scale;
  std::optional<KeyMask> keyMask;
  if (e.has(mask))
    keyMask.emplace(e, mask, s.batch, s.allKeys());
  std::optional<ScoreMask> added;
  if (e.has(attentionBias))
    added.emplace(e.operand(attentionBias), s.scores(), false);
  bool isCausal = e.attributes().integer("unidirectional", 0) != 0;
  a.addBias = [&](int64_t batch, int64_t head, int64_t at, std::span<float> biases) {
    if (keyMask)
      keyMask->add(batch, at, biases);
    if (added)
      added->add(batch, head, at, biases);
    if (isCausal)
      leaveOutFuture(at, s.past, biases);
  };
  giveFloats(mergeHeads(a.run(e.gives(3))), e.result());
  if (e.gives(1))
    giveFloats(a.k, e.result(1));
  if (e.gives(2))
    giveFloats(a.v, e.result(2));
  if (e.gives(3))
    giveFloats(a.scores, e.result(3));
}

} // namespace

void host::addMultiHeadAttention(Operators &all) {
  all.add("com.microsoft.MultiHeadAttention", inferMultiHead, multiHead);
}
