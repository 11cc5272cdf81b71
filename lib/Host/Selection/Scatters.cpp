//===- Scatters.cpp - Elements put where indices say ----------------------===//
#include "Elements.h"
#include "Movement/Movement.h"
#include "Selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// How an element and its update become one
//===----------------------------------------------------------------------===//

enum class Reduction { none, add, mul, max, min };

/// Before opset 16 there are none, and before 18 neither max nor min; models that have them anyway mean what they say.
std::optional<Reduction> reductionOf(const Attributes &attributes) {
  static constexpr std::pair<std::string_view, Reduction> names[] = {{"none", Reduction::none},
                                                                     {"add", Reduction::add},
                                                                     {"mul", Reduction::mul},
                                                                     {"max", Reduction::max},
                                                                     {"min", Reduction::min}};
  std::string text = attributes.text("reduction", "none");
  for (auto [name, reduction] : names)
    if (name == text)
      return reduction;
  return std::nullopt;
}

void checkReduction(Inference &n) {
  if (!reductionOf(n.attributes()))
    n.error("attribute 'reduction' is '" + n.attributes().text("reduction", "") +
            "', expected none, add, mul, max or min");
}

template <typename T> T sum(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a || b;
  else if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) + uint64_t(b));
  else
    return a + b;
}

template <typename T> T product(T a, T b) {
  if constexpr (std::is_same_v<T, bool>)
    return a && b;
  else if constexpr (std::is_integral_v<T>)
    return T(uint64_t(a) * uint64_t(b));
  else
    return a * b;
}

template <typename T> T reduced(Reduction reduction, T a, T b) {
  switch (reduction) {
  case Reduction::none:
    break;
  case Reduction::add:
    return sum(a, b);
  case Reduction::mul:
    return product(a, b);
  // NaN stays.
  case Reduction::max:
    return a != a || a > b ? a : b;
  case Reduction::min:
    return a != a || a < b ? a : b;
  }
  return b;
}

//===----------------------------------------------------------------------===//
// ScatterElements, which was Scatter
//===----------------------------------------------------------------------===//

void inferScatterElements(Inference &n) {
  const TensorType data = n.type(0), updates = n.type(2);
  const Shape indices = n.shape(1);
  int64_t axis = n.axis("axis", 0, n.rank(0));
  expectIndices(n, 1);
  checkReduction(n);
  if (updates.element != data.element || updates.shape != indices || indices.size() != data.shape.size())
    n.error(fmt::format("its updates are {} and its indices {}, for data that is {}", toString(updates),
                        toString(indices), toString(data)));
  for (size_t i = 0; i < indices.size() && !n.failed(); ++i)
    if (int64_t(i) != axis && indices[i] > data.shape[i])
      n.error(fmt::format("axis {} has {} indices for {} elements", i, indices[i], data.shape[i]));
  n.give(data);
}

void scatterElements(Evaluation &e) {
  keepElements(e);
  const Shape &shape = e.shape(1);
  int64_t axis = fromBegin(e.attributes().integer("axis", 0), shape.size()), length = e.shape(0)[axis];
  std::vector<int64_t> indices = e.integers(1), strides = stridesOf(e.shape(0));
  if (!checkIndices(e, indices, length))
    return;
  int64_t stride = std::exchange(strides[axis], 0);
  Reduction reduction = *reductionOf(e.attributes());
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    const T *updates = e.operand(2).as<T>();
    T *y = e.result().mutableAs<T>();
    Walk<1> walk(shape, {strides});
    for (int64_t index : indices) {
      T &element = y[walk.offset(0) + fromBegin(index, length) * stride];
      element = reduced<T>(reduction, element, *updates++);
      walk.next();
    }
  });
}

//===----------------------------------------------------------------------===//
// ScatterND
//===----------------------------------------------------------------------===//

void inferScatterND(Inference &n) {
  const TensorType data = n.type(0), updates = n.type(2);
  const Shape indices = n.shape(1);
  expectIndices(n, 1);
  checkReduction(n);
  if (n.failed())
    return;
  int64_t rank = data.shape.size();
  if (rank == 0 || indices.empty() || indices.back() < 1 || indices.back() > rank)
    return n.error(fmt::format("its indices are {}, expected indices of 1 to {} numbers", toString(indices), rank));
  Shape expected(indices.begin(), indices.end() - 1);
  expected.insert(expected.end(), data.shape.begin() + indices.back(), data.shape.end());
  if (updates.element != data.element || updates.shape != expected)
    return n.error(fmt::format("its updates are {}, expected {}", toString(updates),
                               toString(TensorType{data.element, expected})));
  n.give(data);
}

void scatterND(Evaluation &e) {
  keepElements(e);
  std::span<const int64_t> data = e.shape(0);
  size_t depth = e.shape(1).back();
  Places places(data.first(depth));
  int64_t inner = saturatedProduct(data.subspan(depth));
  std::vector<int64_t> indices = e.integers(1);
  Reduction reduction = *reductionOf(e.attributes());
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    const T *updates = e.operand(2).as<T>();
    for (size_t i = 0; i < indices.size(); i += depth) {
      int64_t place = places.at(e, std::span(indices).subspan(i, depth));
      if (place < 0)
        return;
      T *y = e.result().mutableAs<T>() + place * inner;
      for (int64_t j = 0; j < inner; ++j)
        y[j] = reduced<T>(reduction, y[j], *updates++);
    }
  });
}

//===----------------------------------------------------------------------===//
// TensorScatter
//===----------------------------------------------------------------------===//

void inferTensorScatter(Inference &n) {
  const TensorType cache = n.type(0), update = n.type(1);
  int64_t axis = n.axis("axis", -2, n.rank(0));
  std::string mode = n.attributes().text("mode", "linear");
  if (mode != "linear" && mode != "circular")
    n.error("attribute 'mode' is '" + mode + "', expected linear or circular");
  if (n.failed())
    return;
  if (axis == 0)
    return n.error("its axis is 0, which is the batch's");
  TensorType expected = update;
  if (expected.shape.size() == cache.shape.size())
    expected.shape[axis] = cache.shape[axis];
  if (expected != cache || update.shape[axis] > cache.shape[axis])
    return n.error(
        fmt::format("its update is {}, which is no part of {} along axis {}", toString(update), toString(cache), axis));
  if (n.has(2) && (!isInteger(n.element(2)) || n.shape(2) != Shape{cache.shape[0]}))
    return n.error(
        fmt::format("operand write_indices is {}, expected {} integers", toString(n.type(2)), cache.shape[0]));
  n.give(cache);
}

void tensorScatter(Evaluation &e) {
  keepElements(e);
  int64_t axis = fromBegin(e.attributes().integer("axis", -2), e.rank(0));
  AxisView cache(e.shape(0), axis);
  int64_t rows = e.shape(1)[axis], batch = e.shape(0)[0];
  bool circular = e.attributes().text("mode", "linear") == "circular";
  std::vector<int64_t> starts = e.has(2) ? e.integers(2) : std::vector<int64_t>(batch, 0);
  for (int64_t &start : starts) {
    if (start < 0 || (!circular && start > cache.length - rows))
      return e.error(fmt::format("{} elements do not fit at {} of {}", rows, start, cache.length));
    start %= std::max<int64_t>(cache.length, 1);
  }
  size_t bytes = cache.inner * sizeOf(e.result().element());
  const char *from = static_cast<const char *>(e.operand(1).data());
  for (int64_t outer = 0; outer < cache.outer; ++outer)
    for (int64_t row = 0; row < rows; ++row, from += bytes) {
      int64_t to = (starts[outer / (cache.outer / batch)] + row) % cache.length;
      std::memcpy(bytesOf(e.result()) + (outer * cache.length + to) * bytes, from, bytes);
    }
}

} // namespace

void host::addScatters(Operators &all) {
  all.add("Scatter", inferScatterElements, unlessEmpty<scatterElements>);
  all.add("ScatterElements", inferScatterElements, unlessEmpty<scatterElements>);
  all.add("ScatterND", inferScatterND, unlessEmpty<scatterND>);
  all.add("TensorScatter", inferTensorScatter, unlessEmpty<tensorScatter>);
}
