//===- RotaryEmbedding.cpp - Places as rotations --------------------------===//
#include "AttentionParts.h"
#include "Elements.h"
#include "Matrices.h"
#include "OperandChecks.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

/// The places of the operands in the two forms of the operator.
struct Form {
  size_t cosines, sines, positions;
};
constexpr Form standard{1, 2, 3}, microsoft{2, 3, 1};

/// x as [batch, length, heads, size], or with `isSplit` as [batch, heads, length, size].
struct Sizes {
  int64_t batch, length, heads, size, rotated;
  bool isSplit;
};

/// `cosines`: how many there are for a place.
Sizes sizesOf(const Shape &x, int64_t cosines, const Attributes &attributes) {
  bool isSplit = x.size() == 4;
  int64_t heads = isSplit ? x[1] : attributes.integer("num_heads", 0),
          rotated = attributes.integer("rotary_embedding_dim", 0);
  // Of onnxruntime's operator the rows of cosines tell.
  if (heads == 0 && !isSplit && cosines > 0)
    heads = x[2] / (2 * cosines);
  int64_t size = isSplit ? x[3] : heads > 0 ? x[2] / heads : 0;
  return {x[0], isSplit ? x[2] : x[1], heads, size, rotated == 0 ? size : rotated, isSplit};
}

void inferRotary(Inference &n, const Form &form) {
  expectFloats(n, 0, "input");
  expectRank(n, 0, "input", 3, 4);
  for (size_t i : {form.cosines, form.sines}) {
    expectFloats(n, i, i == form.cosines ? "cos_cache" : "sin_cache");
    expectRank(n, i, i == form.cosines ? "cos_cache" : "sin_cache", 2, 3);
  }
  if (n.failed())
    return;
  Shape cosines = n.shape(form.cosines);
  expectShape(n, form.sines, "sin_cache", cosines);
  Sizes s = sizesOf(n.shape(0), cosines.back(), n.attributes());
  if (s.heads < 1 || (!s.isSplit && n.shape(0)[2] % s.heads != 0))
    n.error(fmt::format("input has the shape {}, which {} heads do not divide (attribute 'num_heads')",
                        toString(n.shape(0)), s.heads));
  if (s.rotated < 0 || s.rotated > s.size || s.rotated % 2 != 0)
    n.error(fmt::format("rotates {} of {} elements, expected an even number of them", s.rotated, s.size));
  if (n.has(form.positions)) {
    expectIntegers(n, form.positions, "position_ids");
    // onnxruntime's may be the place of the first.
    if (form.positions == standard.positions || n.shape(form.positions) != Shape{1})
      expectShape(n, form.positions, "position_ids", {s.batch, s.length});
    expectRank(n, form.cosines, "cos_cache", 2, 2);
    if (cosines.back() != s.rotated / 2)
      n.error(fmt::format("cos_cache has rows of {}, expected {}", cosines.back(), s.rotated / 2));
  } else {
    expectShape(n, form.cosines, "cos_cache", {s.batch, s.length, s.rotated / 2});
  }
  if (n.attributes().integer("is_packed_batching", 0) != 0)
    n.error("attribute 'is_packed_batching' is set, which is not supported");
  if (!n.failed())
    n.give(n.type(0));
}

/// Of each place in the batch, the row of the cosines.
std::vector<int64_t> rowsOf(Evaluation &e, const Form &form, const Sizes &s) {
  std::vector<int64_t> rows(s.batch * s.length);
  for (size_t i = 0; i < rows.size(); ++i)
    rows[i] = i;
  if (!e.has(form.positions))
    return rows;
  std::vector<int64_t> given = e.integers(form.positions);
  int64_t count = e.shape(form.cosines)[0];
  for (size_t i = 0; i < rows.size(); ++i) {
    bool isFirst = e.rank(form.positions) == 1;
    int64_t at = isFirst ? int64_t(uint64_t(given[0]) + i % s.length) : given[i];
    if (at < 0 || at >= count) {
      e.error(fmt::format("position {} is out of range for {} cosines", at, count));
      return {};
    }
    rows[i] = at;
  }
  return rows;
}

void rotate(const float *x, const float *cosines, const float *sines, const Sizes &s, bool isInterleaved, float *y) {
  int64_t half = s.rotated / 2;
  for (int64_t i = 0; i < half; ++i) {
    int64_t real = isInterleaved ? 2 * i : i, imaginary = isInterleaved ? 2 * i + 1 : i + half;
    y[real] = cosines[i] * x[real] - sines[i] * x[imaginary];
    y[imaginary] = sines[i] * x[real] + cosines[i] * x[imaginary];
  }
  std::copy(x + s.rotated, x + s.size, y + s.rotated);
}

void runRotary(Evaluation &e, const Form &form) {
  if (e.result().count() == 0)
    return;
  Tensor x = floatsOf(e.operand(0)), y(ElementType::f32, x.shape());
  Tensor cosines = floatsOf(e.operand(form.cosines)), sines = floatsOf(e.operand(form.sines));
  Sizes s = sizesOf(x.shape(), cosines.shape().back(), e.attributes());
  std::vector<int64_t> rows = rowsOf(e, form, s);
  if (rows.empty())
    return;
  bool isInterleaved = e.attributes().integer("interleaved", 0) != 0;
  for (int64_t place = 0; place < s.batch * s.length; ++place)
    for (int64_t head = 0; head < s.heads; ++head) {
      int64_t at =
          s.isSplit ? (place / s.length * s.heads + head) * s.length + place % s.length : place * s.heads + head;
      int64_t row = rows[place] * (s.rotated / 2);
      rotate(x.as<float>() + at * s.size, cosines.as<float>() + row, sines.as<float>() + row, s, isInterleaved,
             y.mutableAs<float>() + at * s.size);
    }
  giveFloats(y, e.result());
}

void inferStandard(Inference &n) { inferRotary(n, standard); }
void inferMicrosoft(Inference &n) {
  if (!n.has(microsoft.positions))
    n.error("position_ids is missing (operand 1)");
  inferRotary(n, microsoft);
}
void runStandard(Evaluation &e) { runRotary(e, standard); }
void runMicrosoft(Evaluation &e) { runRotary(e, microsoft); }

} // namespace

void host::addRotaryEmbedding(Operators &all) {
  all.add("RotaryEmbedding", inferStandard, runStandard);
  all.add("com.microsoft.RotaryEmbedding", inferMicrosoft, runMicrosoft);
}
