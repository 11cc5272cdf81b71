//===- AlongAxis.cpp - Extremes' places, running sums ---------------------===//
#include "Numbers.h"
#include "Reduction.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// ArgMax, ArgMin
//===----------------------------------------------------------------------===//

void inferArgExtreme(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  Shape shape = n.shape(0);
  int64_t axis = n.axis("axis", 0, n.rank(0));
  if (n.failed())
    return;
  if (shape[axis] == 0)
    return n.error(fmt::format("axis {} of the shape {} has no elements, expected some", axis, toString(shape)));
  if (n.attributes().integer("keepdims", 1))
    shape[axis] = 1;
  else
    shape.erase(shape.begin() + axis);
  n.give(ElementType::i64, shape);
}

/// Whether a value is further than the best until then; NaN is furthest.
template <bool isMax, typename T> bool isBeyond(T value, T best) {
  if (best != best)
    return false;
  return value != value || (isMax ? value > best : value < best);
}

template <bool isMax> void runArgExtreme(Evaluation &e) {
  if (!e.operand(0).count())
    return;
  AxisView view(e.shape(0), fromBegin(e.attributes().integer("axis", 0), e.rank(0)));
  bool takesLast = e.attributes().integer("select_last_index", 0);
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    int64_t *y = e.result().mutableAs<int64_t>();
    for (int64_t outer = 0; outer < view.outer; ++outer, x += view.length * view.inner, y += view.inner) {
      std::fill_n(y, view.inner, 0);
      for (int64_t i = 1; i < view.length; ++i)
        for (int64_t j = 0; j < view.inner; ++j) {
          T value = x[i * view.inner + j], best = x[y[j] * view.inner + j];
          // What is not beyond and not short of it is equal to it, or NaN as well.
          if (isBeyond<isMax>(value, best) || (takesLast && !isBeyond<isMax>(best, value)))
            y[j] = i;
        }
    }
  });
}

//===----------------------------------------------------------------------===//
// CumSum, CumProd
//===----------------------------------------------------------------------===//

void inferRunning(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  expectElements(n, 1, Elements::integers);
  expectSingle(n, 1, "axis");
  n.give(n.type(0));
}

/// Combines along the axis; `begin` is what nothing gives.
template <typename T, typename F> void runAlong(Evaluation &e, const AxisView &view, T begin, F combine) {
  using Running = std::conditional_t<isFloatType<T>, double, T>;
  bool isExclusive = e.attributes().integer("exclusive", 0), isReverse = e.attributes().integer("reverse", 0);
  const T *x = e.operand(0).as<T>();
  T *y = e.result().mutableAs<T>();
  std::vector<Running> running(view.inner);
  for (int64_t outer = 0; outer < view.outer; ++outer) {
    std::fill(running.begin(), running.end(), begin);
    for (int64_t i = 0; i < view.length; ++i) {
      int64_t row = (outer * view.length + (isReverse ? view.length - 1 - i : i)) * view.inner;
      for (int64_t j = 0; j < view.inner; ++j) {
        Running before = running[j];
        running[j] = combine(before, Running(x[row + j]));
        y[row + j] = static_cast<T>(isExclusive ? before : running[j]);
      }
    }
  }
}

template <bool isProduct> void runRunning(Evaluation &e) {
  int64_t rank = e.rank(0), axis = e.integers(1)[0];
  if (axis < -rank || axis >= rank)
    return e.error(fmt::format("axis {} is out of range for {} dimensions", axis, rank));
  if (!e.operand(0).count())
    return;
  AxisView view(e.shape(0), fromBegin(axis, rank));
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (isProduct)
      runAlong(e, view, T(1), [](auto a, auto b) { return times(a, b); });
    else
      runAlong(e, view, T(0), [](auto a, auto b) { return plus(a, b); });
  });
}

} // namespace

void host::addAlongAxis(Operators &all) {
  all.add("ArgMax", inferArgExtreme, runArgExtreme<true>);
  all.add("ArgMin", inferArgExtreme, runArgExtreme<false>);
  all.add("CumSum", inferRunning, runRunning<false>);
  all.add("CumProd", inferRunning, runRunning<true>);
}
