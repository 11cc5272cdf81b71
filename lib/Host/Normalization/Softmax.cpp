//===- Softmax.cpp - Softmax and its like ---------------------------------===//
#include "Attention/NarrowSoftmax.h"
#include "Normalization.h"
#include "Numbers.h"

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

void inferSoftmax(Inference &n) {
  expectElements(n, 0, Elements::floats);
  // Before opset 13 the axis may be the rank: no element has another one beside it then.
  int64_t rank = n.rank(0), axis = n.attributes().integer("axis", n.opset() < 13 ? 1 : -1);
  if (n.opset() >= 13 || axis != rank)
    n.axis(axis, rank);
  n.give(n.type(0));
}

/// What is taken together: along one axis, or, before opset 13, all from the axis on.
AxisView viewOf(const Evaluation &e) {
  const Shape &shape = e.shape(0);
  if (e.opset() >= 13)
    return {shape, fromBegin(e.attributes().integer("axis", -1), e.rank(0))};
  int64_t axis = fromBegin(e.attributes().integer("axis", 1), e.rank(0));
  Shape matrix = {1, 1};
  for (int64_t i = 0; i < e.rank(0); ++i)
    matrix[i >= axis] *= shape[i];
  return {matrix, 1};
}

/// Calls `body` with the elements x and y of each outer index: [length, inner].
template <typename Body> void forEachOuter(Evaluation &e, Body body) {
  if (!e.operand(0).count())
    return;
  AxisView view = viewOf(e);
  visitFloats(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    for (int64_t outer = 0; outer < view.outer; ++outer, x += view.length * view.inner, y += view.length * view.inner)
      body(view, x, y);
  });
}

/// The greatest along the axis.
template <typename T> std::vector<double> greatest(const AxisView &view, const T *x) {
  std::vector<double> most(x, x + view.inner);
  for (int64_t i = 1; i < view.length; ++i)
    for (int64_t j = 0; j < view.inner; ++j)
      most[j] = greaterOf(most[j], double(x[i * view.inner + j]));
  return most;
}

/// The sums of exp(x - most) along the axis.
template <typename T> std::vector<double> sumsOfExp(const AxisView &view, const T *x, const std::vector<double> &most) {
  std::vector<double> sums(view.inner, 0);
  for (int64_t i = 0; i < view.length; ++i)
    for (int64_t j = 0; j < view.inner; ++j)
      sums[j] += std::exp(double(x[i * view.inner + j]) - most[j]);
  return sums;
}

/// In float16 or bfloat16.
void runNarrowSoftmax(Evaluation &e, DataType type) {
  forEachOuter(e, [&]<typename T>(const AxisView &view, const T *x, T *y) {
    std::vector<float> row(view.length);
    for (int64_t j = 0; j < view.inner; ++j) {
      for (int64_t i = 0; i < view.length; ++i)
        row[i] = float(x[i * view.inner + j]);
      narrowSoftmax(type, row);
      for (int64_t i = 0; i < view.length; ++i)
        y[i * view.inner + j] = row[i];
    }
  });
}

template <bool isLog> void runSoftmax(Evaluation &e) {
  if (std::optional<DataType> type = narrowType(e.attributes()); type && !isLog)
    return runNarrowSoftmax(e, *type);
  forEachOuter(e, []<typename T>(const AxisView &view, const T *x, T *y) {
    std::vector<double> most = greatest(view, x), sums = sumsOfExp(view, x, most);
    for (int64_t i = 0; i < view.length; ++i)
      for (int64_t j = 0; j < view.inner; ++j) {
        double below = double(x[i * view.inner + j]) - most[j];
        y[i * view.inner + j] = static_cast<T>(isLog ? below - std::log(sums[j]) : std::exp(below) / sums[j]);
      }
  });
}

/// 1 at the first of the greatest, or at the first NaN; 0 elsewhere.
void runHardmax(Evaluation &e) {
  forEachOuter(e, []<typename T>(const AxisView &view, const T *x, T *y) {
    std::fill_n(y, view.length * view.inner, T(0));
    std::vector<double> most = greatest(view, x);
    for (int64_t j = 0; j < view.inner; ++j)
      for (int64_t i = j;; i += view.inner)
        if (x[i] == T(most[j]) || x[i] != x[i]) {
          y[i] = 1;
          break;
        }
  });
}

} // namespace

void host::addSoftmax(Operators &all) {
  all.add("Softmax", inferSoftmax, runSoftmax<false>);
  all.add("LogSoftmax", inferSoftmax, runSoftmax<true>);
  all.add("Hardmax", inferSoftmax, runHardmax);
}
