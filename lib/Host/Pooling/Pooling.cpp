//===- Pooling.cpp - Windows of which one number is left ------------------===//
#include "Pooling.h"
#include "Elements.h"
#include "Families.h"
#include "Movement/Movement.h"

#include "tare/Kernels/Float.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

void host::expectFloatsToPool(Inference &n) {
  if (!isFloat(n.element(0)))
    n.error(fmt::format("its operand has elements of {}, expected float32", nameOf(n.element(0))));
}

double host::exponentOf(const Attributes &attributes) {
  return attributes.number("p", double(attributes.integer("p", 2)));
}

void host::checkExponent(Inference &n) {
  double p = exponentOf(n.attributes());
  if (!(p > 0))
    n.error(fmt::format("attribute 'p' is {}, expected more than 0", p));
}

namespace {

//===----------------------------------------------------------------------===//
// What poolings have in common
//===----------------------------------------------------------------------===//

/// The shape of the result; empty where the node is wrong.
Shape inferPooled(Inference &n) {
  const Shape &x = n.shape(0);
  if (x.size() < 3) {
    n.error(fmt::format("its operand has {} dimensions, expected 3 to 5", x.size()));
    return {};
  }
  Result<Windows> windows = windowsOf(n.attributes(), spatialOf(x));
  if (!windows) {
    n.error(windows.error().message);
    return {};
  }
  Shape y{x[0], x[1]};
  y.insert(y.end(), windows->output.begin(), windows->output.end());
  return y;
}

struct Pooling {
  Windows windows;
  Volume volume;
  int64_t planes;

  explicit Pooling(const Evaluation &e)
      : windows(*windowsOf(e.attributes(), spatialOf(e.shape(0)))),
        volume(windows.geometry, spatialOf(e.shape(0)), windows.output), planes(e.shape(0)[0] * e.shape(0)[1]) {}
};

/// Calls body(o) for every window of a plane, o being its three coordinates.
template <typename Body> void forEachWindow(const Volume &v, Body body) {
  for (int64_t i = 0; i < v.output[0]; ++i)
    for (int64_t j = 0; j < v.output[1]; ++j)
      for (int64_t k = 0; k < v.output[2]; ++k)
        body(std::array<int64_t, 3>{i, j, k});
}

/// Calls body(offset in the plane) for the elements of window o that lie inside the input.
template <typename Body> void forEachTap(const Volume &v, const std::array<int64_t, 3> &o, Body body) {
  std::array<std::array<int64_t, 2>, 3> taps{v.tapsInside(0, o[0]), v.tapsInside(1, o[1]), v.tapsInside(2, o[2])};
  for (int64_t i = taps[0][0]; i < taps[0][1]; ++i)
    for (int64_t j = taps[1][0]; j < taps[1][1]; ++j) {
      int64_t row = (v.source(0, o[0], i) * v.input[1] + v.source(1, o[1], j)) * v.input[2];
      for (int64_t k = taps[2][0]; k < taps[2][1]; ++k)
        body(row + v.source(2, o[2], k));
    }
}

/// Whether the kernels for one and two dimensions of float32 do it.
bool hasKernel(const Evaluation &e) { return e.result().element() == ElementType::f32 && e.rank(0) <= 4; }

//===----------------------------------------------------------------------===//
// MaxPool
//===----------------------------------------------------------------------===//

void inferMaxPool(Inference &n) {
  Shape y = inferPooled(n);
  if (n.element(0) == ElementType::boolean)
    n.error("its operand has elements of bool, expected numbers");
  n.give(n.element(0), y);
  n.give(ElementType::i64, y, 1);
}

/// The place of a plane's element, the first axis fastest if `columnsFirst`.
int64_t placeOf(const Volume &v, int64_t offset, bool columnsFirst) {
  if (!columnsFirst)
    return offset;
  int64_t k = offset % v.input[2], j = offset / v.input[2] % v.input[1], i = offset / v.input[2] / v.input[1];
  return i + v.input[0] * (j + v.input[1] * k);
}

template <typename T> void maxPoolOf(Evaluation &e) {
  Pooling pooling(e);
  const Volume &v = pooling.volume;
  bool columnsFirst = e.attributes().integer("storage_order", 0) != 0;
  T *y = e.result().mutableAs<T>();
  int64_t *indices = e.gives(1) ? e.result(1).mutableAs<int64_t>() : nullptr;
  constexpr T least =
      std::is_floating_point_v<T> ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::lowest();
  for (int64_t plane = 0; plane < pooling.planes; ++plane) {
    const T *x = e.operand(0).as<T>() + plane * v.inputs();
    forEachWindow(v, [&](const std::array<int64_t, 3> &o) {
      T best = least;
      int64_t place = -1;
      forEachTap(v, o, [&](int64_t offset) {
        // NaN, which alone differs from itself, wins.
        if (place < 0 || x[offset] > best || x[offset] != x[offset]) {
          best = x[offset];
          place = offset;
        }
      });
      *y++ = best;
      if (indices)
        *indices++ = plane * v.inputs() + placeOf(v, std::max<int64_t>(place, 0), columnsFirst);
    });
  }
}

void maxPool(Evaluation &e) {
  if (hasKernel(e) && !e.gives(1))
    return kernels::floating::maxPool(e.operand(0).view(), Pooling(e).windows.geometry, e.result().mutableView());
  visitNumbers(e.result().element(), [&](auto zero) { maxPoolOf<decltype(zero)>(e); });
}

//===----------------------------------------------------------------------===//
// AveragePool, LpPool
//===----------------------------------------------------------------------===//

void inferAverage(Inference &n) {
  Shape y = inferPooled(n);
  expectFloatsToPool(n);
  n.give(n.element(0), y);
}

/// Sets every element to f(sum of term(x) over the window, taps inside the input, window).
template <typename Term, typename F> void sumWindows(Evaluation &e, const Pooling &pooling, Term term, F f) {
  const Volume &v = pooling.volume;
  auto sums = [&](auto zero) {
    using T = decltype(zero);
    T *y = e.result().mutableAs<T>();
    for (int64_t plane = 0; plane < pooling.planes; ++plane) {
      const T *x = e.operand(0).as<T>() + plane * v.inputs();
      forEachWindow(v, [&](const std::array<int64_t, 3> &o) {
        double sum = 0;
        int64_t count = 0;
        forEachTap(v, o, [&](int64_t offset) {
          sum += term(double(x[offset]));
          ++count;
        });
        *y++ = T(f(sum, count, o));
      });
    }
  };
  e.result().element() == ElementType::f64 ? sums(double()) : sums(float());
}

/// A window's taps that lie inside the input or its padding: what ceil mode adds does not count.
int64_t paddedTaps(const Volume &v, const std::array<int64_t, 3> &o) {
  int64_t count = 1;
  for (size_t axis = 0; axis < 3; ++axis) {
    int64_t room = v.input[axis] + v.end[axis] - v.source(axis, o[axis], 0);
    count *= std::clamp<int64_t>((room + v.dilations[axis] - 1) / v.dilations[axis], 0, v.kernel[axis]);
  }
  return count;
}

void averagePool(Evaluation &e) {
  bool countPads = e.attributes().integer("count_include_pad", 0) != 0;
  Pooling pooling(e);
  if (hasKernel(e))
    return kernels::floating::averagePool(e.operand(0).view(), pooling.windows.geometry, countPads,
                                          e.result().mutableView());
  sumWindows(
      e, pooling, [](double x) { return x; },
      [&](double sum, int64_t count, const std::array<int64_t, 3> &o) {
        count = countPads ? paddedTaps(pooling.volume, o) : count;
        return count > 0 ? sum / double(count) : 0.0;
      });
}

void inferLpPool(Inference &n) {
  checkExponent(n);
  inferAverage(n);
}

void lpPool(Evaluation &e) {
  double p = exponentOf(e.attributes());
  sumWindows(
      e, Pooling(e), [&](double x) { return std::pow(std::abs(x), p); },
      [&](double sum, int64_t, const std::array<int64_t, 3> &) { return std::pow(sum, 1 / p); });
}

} // namespace

void host::addPooling(Operators &all) {
  all.add("MaxPool", inferMaxPool, unlessEmpty<maxPool>);
  all.add("AveragePool", inferAverage, unlessEmpty<averagePool>);
  all.add("LpPool", inferLpPool, unlessEmpty<lpPool>);
  addOtherPoolings(all);
}
