//===- Reduction.cpp - Sums, means, extremes over axes --------------------===//
#include "Reduction.h"
#include "Families.h"
#include "Numbers.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Which axes
//===----------------------------------------------------------------------===//

/// Whether each axis is reduced, where `axes` are those that the node names, all in range.
std::vector<bool> reducedAxes(const Attributes &attributes, const std::vector<int64_t> &axes, int64_t rank) {
  bool isAll = axes.empty() && !attributes.integer("noop_with_empty_axes", 0);
  std::vector<bool> reduced(rank, isAll);
  for (int64_t axis : axes)
    reduced[fromBegin(axis, rank)] = true;
  return reduced;
}

/// `since`: the operator set in which the axes became an operand.
template <int since, Elements elements> void inferReduction(Inference &n) {
  expectElements(n, 0, elements);
  std::vector<int64_t> axes;
  if (n.opset() < since)
    axes = n.attributes().integers("axes");
  else if (n.has(1))
    axes = n.integers(1, "axes");
  for (int64_t axis : axes)
    n.axis(axis, n.rank(0));
  if (n.failed())
    return;
  std::vector<bool> reduced = reducedAxes(n.attributes(), axes, n.rank(0));
  bool keeps = n.attributes().integer("keepdims", 1);
  Shape shape;
  for (size_t axis = 0; axis < reduced.size(); ++axis)
    if (!reduced[axis])
      shape.push_back(n.shape(0)[axis]);
    else if (keeps)
      shape.push_back(1);
  n.give(n.element(0), shape);
}

//===----------------------------------------------------------------------===//
// Going over the elements
//===----------------------------------------------------------------------===//

/// Axes that are reduced and axes that are not, in turn: those beside each other that are alike are one here.
struct Plan {
  Shape sizes = {};
  /// Of the results: 0 along what is reduced.
  std::vector<int64_t> strides = {};
  /// How many elements become one.
  int64_t each = 1;
};

template <int since> Plan planOf(const Evaluation &e) {
  const Shape &shape = e.shape(0);
  if (!e.operand(0).count())
    return {.each = 0};
  std::vector<int64_t> axes;
  if (e.opset() < since)
    axes = e.attributes().integers("axes");
  else if (e.has(1))
    axes = e.integers(1);
  std::vector<bool> reduced = reducedAxes(e.attributes(), axes, e.rank(0)), merged;
  Plan plan;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (merged.empty() || merged.back() != reduced[axis]) {
      merged.push_back(reduced[axis]);
      plan.sizes.push_back(1);
    }
    plan.sizes.back() *= shape[axis];
  }
  plan.strides.resize(merged.size(), 0);
  int64_t stride = 1;
  for (size_t axis = merged.size(); axis-- > 0;) {
    if (!merged[axis])
      plan.strides[axis] = stride;
    (merged[axis] ? plan.each : stride) *= plan.sizes[axis];
  }
  return plan;
}

/// Calls step(sum, x) for each element, in their order, with its place among `sums`.
template <typename T, typename Sum, typename Step>
void accumulate(const Plan &plan, const T *x, int64_t count, Sum *sums, Step step) {
  if (plan.sizes.empty())
    return step(*sums, *x);
  int64_t length = plan.sizes.back();
  bool isReduced = plan.strides.back() == 0;
  Shape rows(plan.sizes.begin(), plan.sizes.end() - 1);
  Walk<1> walk(rows, {plan.strides});
  for (const T *end = x + count; x != end; x += length, walk.next()) {
    Sum *row = sums + walk.offset(0);
    if (isReduced)
      for (int64_t i = 0; i < length; ++i)
        step(*row, x[i]);
    else
      for (int64_t i = 0; i < length; ++i)
        step(row[i], x[i]);
  }
}

//===----------------------------------------------------------------------===//
// The reductions
//===----------------------------------------------------------------------===//

/// What sums are of: integers wrap.
template <typename T> using SumOf = std::conditional_t<isFloatType<T>, double, uint64_t>;

template <typename T> SumOf<T> magnitude(T x) {
  if constexpr (isFloatType<T>)
    return std::abs(x);
  else
    return x < T(0) ? -uint64_t(x) : uint64_t(x);
}

/// Each has: where it begins, a step with one element, and the result for a number of elements.
struct Sum {
  template <typename T> static SumOf<T> begin() { return 0; }
  template <typename T> static void step(SumOf<T> &sum, T x) { sum += static_cast<SumOf<T>>(x); }
  template <typename T> static T finish(SumOf<T> sum, int64_t) { return static_cast<T>(sum); }
};
struct Mean : Sum {
  template <typename T> static T finish(SumOf<T> sum, int64_t count) {
    if constexpr (isFloatType<T>)
      return static_cast<T>(sum / double(count));
    else if constexpr (std::is_signed_v<T>)
      return static_cast<T>(quotient(int64_t(static_cast<T>(sum)), count));
    else
      return static_cast<T>(quotient(uint64_t(static_cast<T>(sum)), uint64_t(count)));
  }
};
struct AbsoluteSum : Sum {
  template <typename T> static void step(SumOf<T> &sum, T x) { sum += magnitude(x); }
};
struct SquareSum : Sum {
  template <typename T> static void step(SumOf<T> &sum, T x) { sum += static_cast<SumOf<T>>(x) * SumOf<T>(x); }
};
struct Product : Sum {
  template <typename T> static SumOf<T> begin() { return 1; }
  template <typename T> static void step(SumOf<T> &product, T x) { product *= static_cast<SumOf<T>>(x); }
};
struct Length {
  template <typename T> static double begin() { return 0; }
  template <typename T> static void step(double &sum, T x) { sum += double(x) * double(x); }
  template <typename T> static T finish(double sum, int64_t) { return elementOf<T>(std::sqrt(sum)); }
};
struct LogSum {
  template <typename T> static double begin() { return 0; }
  template <typename T> static void step(double &sum, T x) { sum += double(x); }
  template <typename T> static T finish(double sum, int64_t) { return elementOf<T>(std::log(sum)); }
};
struct Max {
  template <typename T> static T begin() {
    return isFloatType<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  }
  template <typename T> static void step(T &most, T x) { most = greaterOf(most, x); }
  template <typename T> static T finish(T most, int64_t) { return most; }
};
struct Min {
  template <typename T> static T begin() {
    return isFloatType<T> ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  }
  template <typename T> static void step(T &least, T x) { least = lesserOf(least, x); }
  template <typename T> static T finish(T least, int64_t) { return least; }
};

template <typename T, typename Reduction> void reduce(Evaluation &e, const Plan &plan) {
  using Sums = decltype(Reduction::template begin<T>());
  int64_t results = e.result().count();
  // Not a vector: that of bool has no elements to refer to.
  auto sums = std::make_unique<Sums[]>(results);
  std::fill_n(sums.get(), results, Reduction::template begin<T>());
  if (int64_t count = e.operand(0).count())
    accumulate(plan, e.operand(0).as<T>(), count, sums.get(),
               [](Sums &sum, T x) { Reduction::template step<T>(sum, x); });
  T *y = e.result().mutableAs<T>();
  for (int64_t i = 0; i < results; ++i)
    y[i] = Reduction::template finish<T>(sums[i], plan.each);
}

template <int since, typename Reduction> void runReduction(Evaluation &e) {
  visitNumbers(e.operand(0).element(), [&](auto zero) { reduce<decltype(zero), Reduction>(e, planOf<since>(e)); });
}

/// That of bool stays bool.
template <typename Reduction> void runExtreme(Evaluation &e) {
  visitAny(e.operand(0).element(), [&](auto zero) { reduce<decltype(zero), Reduction>(e, planOf<18>(e)); });
}

/// log(sum(exp(x))), by what is below the greatest.
void runLogSumExp(Evaluation &e) {
  struct Sums {
    double most = -HUGE_VAL, sum = 0;
  };
  Plan plan = planOf<18>(e);
  std::vector<Sums> sums(e.result().count());
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    int64_t count = e.operand(0).count();
    if (count) {
      accumulate(plan, x, count, sums.data(), [](Sums &s, T value) { s.most = greaterOf(s.most, double(value)); });
      for (Sums &s : sums)
        if (!std::isfinite(s.most))
          s.most = 0;
      accumulate(plan, x, count, sums.data(), [](Sums &s, T value) { s.sum += std::exp(double(value) - s.most); });
    }
    T *y = e.result().mutableAs<T>();
    for (size_t i = 0; i < sums.size(); ++i)
      y[i] = elementOf<T>(sums[i].most + std::log(sums[i].sum));
  });
}

template <typename Reduction> void addReductionBy(Operators &all, std::string_view name) {
  all.add(name, inferReduction<18, Elements::numbers>, runReduction<18, Reduction>);
}

} // namespace

void host::addReduction(Operators &all) {
  all.add("ReduceSum", inferReduction<13, Elements::numbers>, runReduction<13, Sum>);
  addReductionBy<Mean>(all, "ReduceMean");
  addReductionBy<Product>(all, "ReduceProd");
  addReductionBy<AbsoluteSum>(all, "ReduceL1");
  addReductionBy<Length>(all, "ReduceL2");
  addReductionBy<SquareSum>(all, "ReduceSumSquare");
  addReductionBy<LogSum>(all, "ReduceLogSum");
  all.add("ReduceLogSumExp", inferReduction<18, Elements::numbers>, runLogSumExp);
  all.add("ReduceMax", inferReduction<18, Elements::any>, runExtreme<Max>);
  all.add("ReduceMin", inferReduction<18, Elements::any>, runExtreme<Min>);
  addAlongAxis(all);
}
