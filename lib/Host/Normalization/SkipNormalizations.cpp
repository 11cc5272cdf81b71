//===- SkipNormalizations.cpp - Of sums, along the last axis --------------===//
#include "Elements.h"
#include "Matrices.h"
#include "Normalization.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// Normalizes rows of the length of `scale`; `bias` may be empty, and so may what takes the statistics.
void normalizeRows(const Tensor &x, const std::vector<double> &scale, const std::vector<double> &bias, double epsilon,
                   bool centered, Tensor &y, Tensor *mean, Tensor *inverseDeviation) {
  int64_t length = scale.size();
  for (int64_t begin = 0; begin < x.count(); begin += length) {
    const float *from = x.as<float>() + begin;
    Moments moments = Moments::of(from, length, centered);
    double inverse = moments.inverseDeviation(epsilon);
    for (int64_t i = 0; i < length; ++i)
      y.mutableAs<float>()[begin + i] =
          float((from[i] - moments.mean) * inverse * scale[i] + (bias.empty() ? 0.0 : bias[i]));
    if (mean)
      mean->mutableAs<float>()[begin / length] = float(moments.mean);
    if (inverseDeviation)
      inverseDeviation->mutableAs<float>()[begin / length] = float(inverse);
  }
}

//===----------------------------------------------------------------------===//
// com.microsoft.SkipLayerNormalization
//===----------------------------------------------------------------------===//

void inferSkip(Inference &n, size_t bias) {
  expectFloats(n, 0, "input");
  expectRank(n, 0, "input", 2, 3);
  expectFloats(n, 1, "skip");
  expectBroadcast(n, 1, "skip", n.shape(0));
  expectResults(n, 4);
  if (n.failed())
    return;
  Shape shape = n.shape(0);
  for (size_t i = 2; i <= bias; ++i)
    if (i == 2 || n.has(i)) {
      std::string_view role = i == 2 ? "gamma" : i == bias ? "bias" : "beta";
      expectFloats(n, i, role);
      expectShape(n, i, role, {shape.back()});
    }
  n.give(n.type(0));
  n.give(n.type(0), 3);
  shape.back() = 1;
  n.give(ElementType::f32, shape, 1);
  n.give(ElementType::f32, shape, 2);
}

void inferSkipLayer(Inference &n) { inferSkip(n, 4); }
void inferSkipSimplified(Inference &n) { inferSkip(n, 3); }

/// input + skip + bias
Tensor sumOf(Evaluation &e, size_t bias) {
  Tensor sum(ElementType::f32, e.shape(0));
  Tensor input = floatsOf(e.operand(0)), skip = floatsOf(e.operand(1));
  Tensor addend = e.has(bias) ? floatsOf(e.operand(bias)) : zeros({});
  Walk<2> walk(sum.shape(),
               {broadcastStrides(skip.shape(), sum.shape()), broadcastStrides(addend.shape(), sum.shape())});
  for (int64_t i = 0, count = sum.count(); i < count; ++i, walk.next())
    sum.mutableAs<float>()[i] =
        input.as<float>()[i] + skip.as<float>()[walk.offset(0)] + addend.as<float>()[walk.offset(1)];
  return sum;
}

void runSkip(Evaluation &e, bool centered) {
  if (e.result().count() == 0)
    return;
  size_t bias = centered ? 4 : 3;
  Tensor sum = sumOf(e, bias), y(ElementType::f32, sum.shape());
  std::vector<double> addend;
  if (centered && e.has(3))
    addend = numbersOf(e.operand(3));
  normalizeRows(sum, numbersOf(e.operand(2)), addend, e.attributes().number("epsilon", 1e-12), centered, y,
                e.gives(1) ? &e.result(1) : nullptr, e.gives(2) ? &e.result(2) : nullptr);
  giveFloats(y, e.result());
  if (e.gives(3))
    giveFloats(sum, e.result(3));
}

void skipLayer(Evaluation &e) { runSkip(e, true); }
void skipSimplified(Evaluation &e) { runSkip(e, false); }

//===----------------------------------------------------------------------===//
// com.microsoft.EmbedLayerNormalization
//===----------------------------------------------------------------------===//

/// Its operands.
enum : size_t { words, segments, wordTable, positionTable, segmentTable, gamma, beta, mask, positions };

void expectTable(Inference &n, size_t operand, std::string_view role) {
  expectFloats(n, operand, role);
  expectRank(n, operand, role, 2, 2);
  if (!n.failed() && n.shape(operand)[1] != n.shape(wordTable)[1])
    n.error(fmt::format("{} has rows of {}, expected {}", role, n.shape(operand)[1], n.shape(wordTable)[1]));
}

void expectIndices(Inference &n, size_t operand, std::string_view role) {
  if (!n.has(operand))
    return;
  expectIntegers(n, operand, role);
  expectShape(n, operand, role, n.shape(words));
}

void inferEmbed(Inference &n) {
  expectIntegers(n, words, "input_ids");
  expectRank(n, words, "input_ids", 2, 2);
  expectTable(n, wordTable, "word_embedding");
  expectTable(n, positionTable, "position_embedding");
  expectIndices(n, segments, "segment_ids");
  expectIndices(n, mask, "mask");
  if (n.has(segments))
    expectTable(n, segmentTable, "segment_embedding");
  expectResults(n, 3);
  if (n.failed())
    return;
  int64_t batch = n.shape(words)[0], length = n.shape(words)[1], size = n.shape(wordTable)[1];
  if (n.has(positions)) {
    expectIntegers(n, positions, "position_ids");
    if (n.shape(positions) != Shape{1, length})
      expectShape(n, positions, "position_ids", {batch, length});
  } else if (length > n.shape(positionTable)[0]) {
    n.error(fmt::format("position_embedding has {} rows, expected {}", n.shape(positionTable)[0], length));
  }
  for (size_t i : {gamma, beta}) {
    expectFloats(n, i, i == gamma ? "gamma" : "beta");
    expectShape(n, i, i == gamma ? "gamma" : "beta", {size});
  }
  n.give(n.element(wordTable), {batch, length, size});
  n.give(ElementType::i32, {batch}, 1);
  n.give(n.element(wordTable), {batch, length, size}, 2);
}

/// Adds rows of a table to those of `sum`.
void addRows(Evaluation &e, size_t table, const std::vector<int64_t> &indices, Tensor &sum) {
  Tensor rows = floatsOf(e.operand(table));
  int64_t count = rows.shape()[0], length = rows.shape()[1];
  float *to = sum.mutableAs<float>();
  for (int64_t index : indices) {
    if (index < 0 || index >= count)
      return e.error(fmt::format("index {} is out of range for {} elements", index, count));
    const float *from = rows.as<float>() + index * length;
    std::transform(from, from + length, to, to, std::plus<float>());
    to += length;
  }
}

std::vector<int64_t> positionsOf(Evaluation &e) {
  std::vector<int64_t> given, all;
  if (e.has(positions))
    given = e.integers(positions);
  int64_t length = e.shape(words)[1];
  for (int64_t i = 0, count = e.operand(words).count(); i < count; ++i)
    all.push_back(given.empty() ? i % length : given[i % int64_t(given.size())]);
  return all;
}

/// How many elements of the mask are 1.
void countMasks(Evaluation &e) {
  std::vector<int64_t> ones(e.operand(words).count(), 0);
  if (e.has(mask))
    ones = e.integers(mask);
  int64_t length = e.shape(words)[1];
  for (int64_t i = 0; i < e.shape(words)[0]; ++i)
    e.result(1).mutableAs<int32_t>()[i] =
        int32_t(std::count(ones.begin() + i * length, ones.begin() + (i + 1) * length, 1));
}

void embed(Evaluation &e) {
  if (e.gives(1))
    countMasks(e);
  if (e.result().count() == 0)
    return;
  Tensor sum = zeros(e.result().shape()), y(ElementType::f32, sum.shape());
  addRows(e, wordTable, e.integers(words), sum);
  addRows(e, positionTable, positionsOf(e), sum);
  if (e.has(segments))
    addRows(e, segmentTable, e.integers(segments), sum);
  normalizeRows(sum, numbersOf(e.operand(gamma)), numbersOf(e.operand(beta)), e.attributes().number("epsilon", 1e-12),
                true, y, nullptr, nullptr);
  giveFloats(y, e.result());
  if (e.gives(2))
    giveFloats(sum, e.result(2));
}

} // namespace

void host::addSkipNormalizations(Operators &all) {
  all.add("com.microsoft.SkipLayerNormalization", inferSkipLayer, skipLayer);
  all.add("com.microsoft.SkipSimplifiedLayerNormalization", inferSkipSimplified, skipSimplified);
  all.add("com.microsoft.EmbedLayerNormalization", inferEmbed, embed);
}
