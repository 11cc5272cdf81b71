//===- ManyOperands.cpp - Max, Sum and their like, PRelu, Where -----------===//
#include "Binary.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Any number of operands
//===----------------------------------------------------------------------===//

template <Elements elements> void inferMany(Inference &n) {
  expectElements(n, 0, elements);
  Shape shape = n.shape(0);
  for (size_t i = 1; i < n.numOperands() && !n.failed(); ++i) {
    expectOneType(n, 0, i);
    if (n.opset() < 8 && n.shape(i) != shape)
      n.error(fmt::format("operands 0 and {} have the shapes {} and {}, expected one before opset 8", i,
                          toString(shape), toString(n.shape(i))));
    shape = n.broadcast(shape, n.shape(i));
  }
  n.give(n.element(0), shape);
}

/// The first operand repeated, then f(f(a, b), c) and so on.
template <typename F> void fold(Evaluation &e, F f) {
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    ConstTensorView first = e.operand(0).view();
    TensorView y = e.result().mutableView();
    kernels::binary<T, T, T>(first, first, y, [](T a, T) { return a; });
    for (size_t i = 1; i < e.numOperands(); ++i)
      kernels::binary<T, T, T>(y, e.operand(i).view(), y, f);
  });
}

void runMax(Evaluation &e) {
  fold(e, [](auto a, auto b) { return greaterOf(a, b); });
}
void runMin(Evaluation &e) {
  fold(e, [](auto a, auto b) { return lesserOf(a, b); });
}
void runSum(Evaluation &e) {
  fold(e, [](auto a, auto b) { return plus(a, b); });
}

void runMean(Evaluation &e) {
  runSum(e);
  visitFloats(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T *y = e.result().mutableAs<T>();
    for (int64_t i = 0, count = e.result().count(); i < count; ++i)
      y[i] /= static_cast<T>(e.numOperands());
  });
}

//===----------------------------------------------------------------------===//
// PRelu
//===----------------------------------------------------------------------===//

/// Before opset 7 a slope per channel, which are along axis 1, stands for its shape with ones behind.
Shape slopeShape(int64_t opset, const Shape &x, const Shape &slope) {
  if (opset >= 7 || slope.size() != 1 || x.size() < 2 || slope[0] != x[1])
    return slope;
  Shape shape(x.size() - 1, 1);
  shape[0] = slope[0];
  return shape;
}

void inferPRelu(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  expectOneType(n, 0, 1);
  if (!n.failed() && n.broadcast(n.shape(0), slopeShape(n.opset(), n.shape(0), n.shape(1))) != n.shape(0))
    n.error(fmt::format("the slope's shape {} does not broadcast to {}", toString(n.shape(1)), toString(n.shape(0))));
  n.give(n.type(0));
}

void runPRelu(Evaluation &e) {
  Tensor slope = e.operand(1).reshaped(slopeShape(e.opset(), e.shape(0), e.shape(1)));
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    kernels::binary<T, T, T>(e.operand(0).view(), slope.view(), e.result().mutableView(),
                             [](T x, T factor) { return x < T(0) ? times(x, factor) : x; });
  });
}

//===----------------------------------------------------------------------===//
// Where
//===----------------------------------------------------------------------===//

void inferWhere(Inference &n) {
  expectElements(n, 0, Elements::booleans);
  expectOneType(n, 1, 2);
  n.give(n.element(1), n.broadcast(n.broadcast(n.shape(0), n.shape(1)), n.shape(2)));
}

/// One row; the strides are 0 or 1.
template <typename T>
void selectRow(const bool *condition, const T *x, const T *y, const std::array<int64_t, 3> &strides, T *result,
               int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    result[i] = condition[i * strides[0]] ? x[i * strides[1]] : y[i * strides[2]];
}

void runWhere(Evaluation &e) {
  const Tensor &condition = e.operand(0);
  int64_t count = e.result().count();
  if (!count)
    return;
  Shape rows = e.result().shape();
  if (rows.empty())
    rows = {1};
  std::array<std::vector<int64_t>, 3> strides;
  for (size_t i = 0; i < 3; ++i)
    strides[i] = broadcastStrides(e.shape(i), rows);
  std::array<int64_t, 3> inRow = {strides[0].back(), strides[1].back(), strides[2].back()};
  int64_t length = rows.back();
  rows.pop_back();
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T *result = e.result().mutableAs<T>();
    Walk<3> walk(rows, strides);
    for (int64_t done = 0; done < count; done += length, walk.next())
      selectRow(condition.as<bool>() + walk.offset(0), e.operand(1).as<T>() + walk.offset(1),
                e.operand(2).as<T>() + walk.offset(2), inRow, result + done, length);
  });
}

} // namespace

void host::addManyOperands(Operators &all) {
  all.add("Max", inferMany<Elements::numbers>, runMax);
  all.add("Min", inferMany<Elements::numbers>, runMin);
  all.add("Sum", inferMany<Elements::numbers>, runSum);
  all.add("Mean", inferMany<Elements::floats>, runMean);
  all.add("PRelu", inferPRelu, runPRelu);
  all.add("Where", inferWhere, runWhere);
}
