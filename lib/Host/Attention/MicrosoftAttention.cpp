//===- MicrosoftAttention.cpp - onnxruntime's self attention --------------===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::host;

namespace {

/// The operands.
enum : size_t { input, weights, bias, mask, past, attentionBias };

struct Sizes {
  int64_t batch = 0, length = 0, heads = 1, past = 0;
  /// Of the rows of queries, keys and values.
  int64_t rows[3] = {};

  int64_t keys() const { return past + length; }
  int64_t size(size_t part) const { return rows[part] / heads; }
};

Sizes sizesOf(const Shape &input, const Shape &weights, const Shape *past, const Attributes &attributes) {
  Sizes s;
  s.batch = input[0];
  s.length = input[1];
  s.heads = attributes.integer("num_heads", 1);
  s.past = past ? (*past)[3] : 0;
  std::vector<int64_t> given = attributes.integers("qkv_hidden_sizes");
  for (size_t part = 0; part < 3; ++part)
    s.rows[part] = given.size() == 3 ? given[part] : weights[1] / 3;
  return s;
}

void checkRows(Inference &n) {
  std::vector<int64_t> given = n.attributes().integers("qkv_hidden_sizes");
  int64_t heads = expectWithin(n, "num_heads", 0, 1, 1 << 30), sum = 0, width = n.shape(weights)[1];
  if (n.attributes().has("qkv_hidden_sizes") && given.size() != 3)
    return n.error(fmt::format("attribute 'qkv_hidden_sizes' has {} elements, expected 3", given.size()));
  if (given.empty())
    given.assign(3, width / 3);
  for (int64_t each : given) {
    if (each < 0 || each > width || each % heads != 0)
      return n.error(fmt::format("rows of {} do not divide among {} heads", each, heads));
    sum += each;
  }
  if (sum != width)
    n.error(fmt::format("weights has rows of {}, expected {}", width, sum));
  if (given[0] != given[1])
    n.error(fmt::format("queries have rows of {}, but keys of {}", given[0], given[1]));
}

void inferSelfAttention(Inference &n) {
  expectFloats(n, input, "input");
  expectRank(n, input, "input", 3, 3);
  expectFloats(n, weights, "weights");
  expectRank(n, weights, "weights", 2, 2);
  if (n.has(past)) {
    expectFloats(n, past, "past");
    expectRank(n, past, "past", 5, 5);
  }
  if (n.failed())
    return;
  checkRows(n);
  for (std::string_view attribute : {"do_rotary", "past_present_share_buffer"})
    if (n.attributes().integer(attribute, 0) != 0)
      n.error(fmt::format("attribute '{}' is set, which is not supported", attribute));
  if (n.failed())
    return;
  Sizes s = sizesOf(n.shape(input), n.shape(weights), n.has(past) ? &n.shape(past) : nullptr, n.attributes());
  expectShape(n, weights, "weights", {n.shape(input)[2], n.shape(weights)[1]});
  if (n.has(bias)) {
    expectFloats(n, bias, "bias");
    expectShape(n, bias, "bias", {n.shape(weights)[1]});
  }
  if (n.has(past) && s.rows[1] != s.rows[2])
    n.error("past is given, but keys and values have rows of different lengths");
  if (n.numResults() > 1 && s.rows[1] != s.rows[2])
    n.error("present is asked for, but keys and values have rows of different lengths");
  if (n.has(past))
    expectShape(n, past, "past", {2, s.batch, s.heads, s.past, s.size(1)});
  expectScores(n, s.batch, s.heads, s.length, checkedSum(n, s.past, s.length));
  if (n.has(mask) && !n.failed())
    KeyMask::check(n, mask, "mask_index", s.batch, s.length, s.keys());
  if (n.has(attentionBias) && !n.failed()) {
    expectFloats(n, attentionBias, "attention_bias");
    expectRank(n, attentionBias, "attention_bias", 4, 4);
    expectBroadcast(n, attentionBias, "attention_bias", {s.batch, s.heads, s.length, s.keys()});
  }
  expectResults(n, 2);
  if (n.failed())
    return;
  n.give(n.element(input), {s.batch, s.length, s.rows[2]});
  n.give(n.element(input), {2, s.batch, s.heads, s.keys(), s.size(1)}, 1);
}

/// Queries, keys and values, [batch, heads, length, size] each.
std::vector<Tensor> project(Evaluation &e, const Sizes &s) {
  Tensor x = floatsOf(e.operand(input)), w = floatsOf(e.operand(weights));
  int64_t width = w.shape()[1], begin = 0;
  Tensor product(ElementType::f32, {s.batch * s.length, width});
  multiply(x.reshaped({s.batch * s.length, w.shape()[0]}), w, product);
  std::vector<Tensor> all;
  for (size_t part = 0; part < 3; ++part) {
    Tensor rows(ElementType::f32, {s.batch, s.length, s.rows[part]});
    for (int64_t row = 0; row < s.batch * s.length; ++row)
      std::copy_n(product.as<float>() + row * width + begin, s.rows[part],
                  rows.mutableAs<float>() + row * s.rows[part]);
    all.push_back(splitHeads(rows, s.heads));
    if (e.has(bias))
      addHeadBias(all.back(), floatsOf(e.operand(bias)), begin);
    begin += s.rows[part];
  }
  return all;
}

/// One of the two halves along the first axis.
Tensor halfOf(const Tensor &x, int64_t half) {
  Tensor y(ElementType::f32, Shape(x.shape().begin() + 1, x.shape().end()));
  std::copy_n(x.as<float>() + half * y.count(), y.count(), y.mutableAs<float>());
  return y;
}

void selfAttention(Evaluation &e) {
  Sizes s = sizesOf(e.shape(input), e.shape(weights), e.has(past) ? &e.shape(past) : nullptr, e.attributes());
  std::vector<Tensor> parts = project(e, s);
  if (e.has(past))
    for (size_t part : {1, 2}) {
      Tensor before = halfOf(floatsOf(e.operand(past)), part - 1);
      parts[part] = behindPast(&before, parts[part]);
    }
  ScaledAttention a{parts[0], parts[1], parts[2]};
  double scale = e.attributes().number("scale", 0);
  a.scale = scale == 0 ? 1 / std::sqrt(double(s.size(0))) : scale;
  std::optional<KeyMask> keyMask;
  if (e.has(mask))
    keyMask.emplace(e, mask, s.batch, s.keys());
  std::optional<ScoreMask> added;
  if (e.has(attentionBias))
    added.emplace(e.operand(attentionBias), Shape{s.batch, s.heads, s.length, s.keys()}, false);
  bool isCausal = e.attributes().integer("unidirectional", 0) != 0;
  a.addBias = [&](int64_t batch, int64_t head, int64_t query, std::span<float> biases) {
    if (keyMask)
      keyMask->add(batch, query, biases);
    if (added)
      added->add(batch, head, query, biases);
    if (isCausal)
      leaveOutFuture(query, s.past, biases);
  };
  giveFloats(mergeHeads(a.run(false)), e.result());
  if (!e.gives(1))
    return;
  Tensor present(ElementType::f32, e.result(1).shape());
  float *to = std::copy_n(a.k.as<float>(), a.k.count(), present.mutableAs<float>());
  std::copy_n(a.v.as<float>(), a.v.count(), to);
  giveFloats(present, e.result(1));
}

} // namespace

void host::addMicrosoftAttention(Operators &all) {
  all.add("com.microsoft.Attention", inferSelfAttention, selfAttention);
}
