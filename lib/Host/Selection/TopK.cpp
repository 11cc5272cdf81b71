//===- TopK.cpp - The greatest or the least elements ----------------------===//
#include "Elements.h"
#include "Movement/Movement.h"
#include "Selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

using namespace tare;
using namespace tare::host;

namespace {

void inferTopK(Inference &n) {
  TensorType y = n.type(0);
  int64_t axis = n.axis("axis", -1, n.rank(0));
  int64_t k = n.opset() < 10 ? n.attributes().integer("k", -1) : n.integer(1, "operand K");
  if (n.failed())
    return;
  if (k < 0 || k > y.shape[axis])
    return n.error(fmt::format("k is {}, expected 0 to {}", k, y.shape[axis]));
  y.shape[axis] = k;
  n.give(y);
  n.give({ElementType::i64, y.shape}, 1);
}

/// The k first of `order` become those of the greatest (or least) values, in their order; of equal ones the first wins.
template <typename T> void select(const std::vector<T> &values, int64_t k, bool largest, std::vector<int64_t> &order) {
  std::iota(order.begin(), order.end(), 0);
  std::partial_sort(order.begin(), order.begin() + k, order.end(), [&](int64_t a, int64_t b) {
    T x = values[largest ? b : a], y = values[largest ? a : b];
    return isBefore(x, y) || (!isBefore(y, x) && a < b);
  });
}

void topK(Evaluation &e) {
  int64_t axis = fromBegin(e.attributes().integer("axis", -1), e.rank(0));
  AxisView from(e.shape(0), axis), to(e.result().shape(), axis);
  bool largest = e.opset() < 11 || e.attributes().integer("largest", 1) != 0;
  std::vector<int64_t> order(from.length);
  int64_t *indices = e.gives(1) ? e.result(1).mutableAs<int64_t>() : nullptr;
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values(from.length);
    for (int64_t line = 0; line < from.outer * from.inner; ++line) {
      int64_t outer = line / from.inner, inner = line % from.inner;
      const T *x = e.operand(0).as<T>() + outer * from.length * from.inner + inner;
      for (int64_t i = 0; i < from.length; ++i)
        values[i] = x[i * from.inner];
      select(values, to.length, largest, order);
      for (int64_t i = 0; i < to.length; ++i) {
        int64_t place = (outer * to.length + i) * to.inner + inner;
        e.result().mutableAs<T>()[place] = values[order[i]];
        if (indices)
          indices[place] = order[i];
      }
    }
  });
}

} // namespace

void host::addTopK(Operators &all) { all.add("TopK", inferTopK, unlessEmpty<topK>); }
