//===- AttentionParts.cpp - What kinds of attention share -----------------===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace tare;
using namespace tare::host;

static constexpr float infinity = std::numeric_limits<float>::infinity();

Tensor host::splitHeads(const Tensor &x, int64_t heads) {
  const Shape &shape = x.shape();
  Tensor split = x.reshaped({shape[0], shape[1], heads, shape[2] / heads});
  return transposed(split, std::vector<int64_t>{0, 2, 1, 3});
}

Tensor host::mergeHeads(const Tensor &x) {
  const Shape &shape = x.shape();
  return transposed(x, std::vector<int64_t>{0, 2, 1, 3}).reshaped({shape[0], shape[2], shape[1] * shape[3]});
}

Tensor host::behindPast(const Tensor *past, const Tensor &x) {
  if (!past)
    return x;
  Tensor before = floatsOf(*past);
  Shape shape = x.shape();
  shape[2] += before.shape()[2];
  Tensor y(ElementType::f32, shape);
  int64_t first = before.shape()[2] * shape[3], second = x.shape()[2] * shape[3];
  float *to = y.mutableAs<float>();
  for (int64_t i = 0; i < shape[0] * shape[1]; ++i) {
    to = std::copy_n(before.as<float>() + i * first, first, to);
    to = std::copy_n(x.as<float>() + i * second, second, to);
  }
  return y;
}

void host::expectScores(Inference &n, int64_t batch, int64_t heads, int64_t queries, int64_t keys) {
  if (!n.failed() && !checkedBytes({ElementType::f32, {batch, heads, queries, keys}}))
    n.error("the scores would have the shape " + toString({batch, heads, queries, keys}) + "; no tensor can have it");
}

//===----------------------------------------------------------------------===//
// ScoreMask
//===----------------------------------------------------------------------===//

/// A mask of bool as addends: 0 and -infinity.
static Tensor addendsOf(const Tensor &mask) {
  if (mask.element() != ElementType::boolean)
    return floatsOf(mask);
  Tensor addends(ElementType::f32, mask.shape());
  std::transform(mask.as<bool>(), mask.as<bool>() + mask.count(), addends.mutableAs<float>(),
                 [](bool isTaken) { return isTaken ? 0.0f : -infinity; });
  return addends;
}

ScoreMask::ScoreMask(const Tensor &mask, const Shape &scores, bool isPadded) : addends(addendsOf(mask)) {
  Shape shape = mask.shape();
  shape.insert(shape.begin(), scores.size() - shape.size(), 1);
  Shape wide = scores;
  keys = isPadded ? shape.back() : scores.back();
  wide.back() = keys;
  strides = broadcastStrides(shape, wide);
}

void ScoreMask::add(int64_t batch, int64_t head, int64_t query, std::span<float> biases) const {
  const float *row = addends.as<float>() + batch * strides[0] + head * strides[1] + query * strides[2];
  int64_t count = std::min(keys, int64_t(biases.size()));
  for (int64_t key = 0; key < count; ++key)
    biases[key] += row[key * strides[3]];
  std::fill(biases.begin() + count, biases.end(), -infinity);
}

//===----------------------------------------------------------------------===//
// KeyMask
//===----------------------------------------------------------------------===//

KeyMask::KeyMask(Evaluation &e, size_t operand, int64_t samples, int64_t keys)
    : values(e.integers(operand)), shape(e.shape(operand)), samples(samples), keys(keys),
      addend(float(e.attributes().number("mask_filter_value", -10000))) {}

void KeyMask::add(int64_t batch, int64_t query, std::span<float> biases) const {
  if (shape.size() == 1) {
    int64_t begin = shape[0] == samples ? 0 : values[samples + batch];
    for (int64_t key = 0; key < keys; ++key)
      if (key < begin || key >= values[batch])
        biases[key] += addend;
    return;
  }
  const int64_t *row = values.data() + (shape.size() == 2 ? batch : batch * shape[1] + query) * keys;
  for (int64_t key = 0; key < keys; ++key)
    if (row[key] <= 0)
      biases[key] += addend;
}

void KeyMask::check(Inference &n, size_t operand, std::string_view role, int64_t batch, int64_t queries, int64_t keys) {
  expectIntegers(n, operand, role);
  const Shape &shape = n.shape(operand);
  bool fits = shape == Shape{batch} || shape == Shape{2 * batch} || shape == Shape{batch, keys} ||
              shape == Shape{batch, queries, keys};
  if (!fits)
    n.error(fmt::format("{} has the shape {}, expected {}, {}, {} or {}", role, toString(shape), batch, 2 * batch,
                        toString({batch, keys}), toString({batch, queries, keys})));
}

void host::addHeadBias(Tensor &x, const Tensor &bias, int64_t begin) {
  int64_t heads = x.shape()[1], length = x.shape()[2], size = x.shape()[3];
  float *to = x.mutableAs<float>();
  for (int64_t row = 0; row < x.shape()[0] * heads * length; ++row, to += size) {
    const float *from = bias.as<float>() + begin + row / length % heads * size;
    std::transform(to, to + size, from, to, std::plus<float>());
  }
}

void host::leaveOutFuture(int64_t query, int64_t past, std::span<float> biases) {
  for (size_t key = past + query + 1; key < biases.size(); ++key)
    biases[key] = -infinity;
}

//===----------------------------------------------------------------------===//
// ScaledAttention
//===----------------------------------------------------------------------===//

/// In place; zeros where the greatest is -infinity.
static void softmax(std::span<float> row) {
  float greatest = -infinity;
  for (float value : row)
    greatest = std::isnan(value) || value > greatest ? value : greatest;
  if (greatest == -infinity)
    return std::fill(row.begin(), row.end(), 0.0f);
  double sum = 0;
  for (float &value : row) {
    value = std::exp(value - greatest);
    sum += value;
  }
  for (float &value : row)
    value = float(value / sum);
}

void ScaledAttention::round(std::span<float> values) const {
  if (type)
    std::transform(values.begin(), values.end(), values.begin(), [&](float value) { return roundTo(*type, value); });
}

Tensor ScaledAttention::times(const Tensor &x, float factor) const {
  Tensor y(ElementType::f32, x.shape());
  std::transform(x.as<float>(), x.as<float>() + x.count(), y.mutableAs<float>(),
                 [&](float value) { return rounded(value * factor); });
  return y;
}

Tensor ScaledAttention::products() const {
  int64_t batch = q.shape()[0], heads = q.shape()[1], keys = k.shape()[2], shared = k.shape()[1];
  // The queries of the heads that share a key are rows of one matrix.
  int64_t rows = shared == 0 ? 0 : heads / shared * q.shape()[2];
  Shape queries = {batch, shared, rows, q.shape()[3]};
  Tensor products(ElementType::f32, {batch, shared, rows, keys});
  if (!type) {
    multiply(q.reshaped(queries), withMatricesTransposed(k), products);
    for (float &product : std::span(products.mutableAs<float>(), products.count()))
      product = float(product * scale);
    return products;
  }
  float root = rounded(std::sqrt(scale));
  multiply(times(q, root).reshaped(queries), withMatricesTransposed(times(k, root)), products);
  round({products.mutableAs<float>(), size_t(products.count())});
  return products;
}

void ScaledAttention::softmaxOf(std::span<float> row) const {
  if (softmaxType) {
    std::transform(row.begin(), row.end(), row.begin(), [&](float value) { return roundTo(*softmaxType, value); });
    narrowSoftmax(*softmaxType, row);
  } else
    softmax(row);
  round(row);
}

Tensor ScaledAttention::run(bool keepsScores) {
  int64_t batch = q.shape()[0], heads = q.shape()[1], queries = q.shape()[2], keys = k.shape()[2];
  Tensor products = this->products();
  scores = products.reshaped({batch, heads, queries, keys});
  Tensor kept = keepsScores ? Tensor(ElementType::f32, scores.shape()) : Tensor();
  std::vector<float> biases(keys);
  for (int64_t index = 0; index < batch * heads * queries; ++index) {
    std::span<float> row(products.mutableAs<float>() + index * keys, keys);
    auto keep = [&](Stage reached) {
      if (keepsScores && reached == stage && keys != 0)
        std::memcpy(kept.mutableAs<float>() + index * keys, row.data(), row.size_bytes());
    };
    keep(Stage::product);
    if (softcap > 0)
      for (float &score : row)
        score = rounded(softcap * rounded(std::tanh(rounded(score / softcap))));
    keep(Stage::capped);
    std::fill(biases.begin(), biases.end(), 0.0f);
    if (addBias)
      addBias(index / queries / heads, index / queries % heads, index % queries, biases);
    round(biases);
    std::transform(row.begin(), row.end(), biases.begin(), row.begin(), std::plus<float>());
    round(row);
    keep(Stage::biased);
    bool isMasked = std::all_of(biases.begin(), biases.end(), [](float bias) { return bias == -infinity; });
    isMasked ? std::fill(row.begin(), row.end(), 0.0f) : softmaxOf(row);
    keep(Stage::softmax);
  }
  Tensor y(ElementType::f32, {batch, k.shape()[1], products.shape()[2], v.shape()[3]});
  multiply(products, v, y);
  round({y.mutableAs<float>(), size_t(y.count())});
  scores = kept;
  return y.reshaped({batch, heads, queries, v.shape()[3]});
}
