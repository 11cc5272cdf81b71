//===- Filters.cpp - Elements chosen by elements --------------------------===//
//
// How many there are depends on elements: those must be known before anything runs.
//
//===----------------------------------------------------------------------===//
#include "Elements.h"
#include "Movement/Movement.h"
#include "Selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace tare;
using namespace tare::host;

namespace {

/// False, with an error, where the operand that the result's shape depends on is computed.
bool isShapeKnown(Inference &n, size_t operand) {
  if (n.has(operand) && !n.isKnown(operand))
    n.error(fmt::format("its result's shape depends on data: operand {} must be a constant, or the network "
                        "end before it (--outputs)",
                        operand));
  (void)n.type(operand);
  return !n.failed();
}

/// Whether each element is true.
std::vector<bool> truthOf(const Tensor &tensor) {
  return visitAny(tensor.element(), [&](auto zero) {
    const auto *values = tensor.as<decltype(zero)>();
    std::vector<bool> truth(tensor.count());
    for (size_t i = 0; i < truth.size(); ++i)
      truth[i] = values[i] != zero;
    return truth;
  });
}

//===----------------------------------------------------------------------===//
// Compress
//===----------------------------------------------------------------------===//

/// A tensor as Compress and Unique see it: along an axis, or as one long list.
AxisView viewAlong(const Attributes &attributes, const Shape &shape) {
  if (!attributes.has("axis"))
    return AxisView({saturatedProduct(shape)}, 0);
  return AxisView(shape, fromBegin(attributes.integer("axis", 0), shape.size()));
}

Shape shapeAlong(const Attributes &attributes, Shape shape, int64_t length) {
  if (!attributes.has("axis"))
    return {length};
  shape[fromBegin(attributes.integer("axis", 0), shape.size())] = length;
  return shape;
}

void inferCompress(Inference &n) {
  const Shape &x = n.shape(0);
  if (n.attributes().has("axis"))
    n.axis("axis", 0, x.size());
  if (!isShapeKnown(n, 1))
    return;
  std::vector<bool> condition = truthOf(n.known(1));
  int64_t length = viewAlong(n.attributes(), x).length;
  if (n.rank(1) != 1 || int64_t(condition.size()) > length)
    return n.error(fmt::format("operand condition is {}, expected at most {} elements", toString(n.type(1)), length));
  int64_t count = std::count(condition.begin(), condition.end(), true);
  n.give(n.element(0), shapeAlong(n.attributes(), x, count));
}

/// Copies the slices of the first operand that `chosen` names to the first result.
void copySlices(Evaluation &e, const AxisView &view, const std::vector<int64_t> &chosen) {
  size_t bytes = view.inner * sizeOf(e.result().element());
  const char *from = static_cast<const char *>(e.operand(0).data());
  char *to = bytesOf(e.result());
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t index : chosen) {
      std::memcpy(to, from + (outer * view.length + index) * bytes, bytes);
      to += bytes;
    }
}

std::vector<int64_t> placesOf(const std::vector<bool> &truth) {
  std::vector<int64_t> places;
  for (size_t i = 0; i < truth.size(); ++i)
    if (truth[i])
      places.push_back(i);
  return places;
}

void compress(Evaluation &e) { copySlices(e, viewAlong(e.attributes(), e.shape(0)), placesOf(truthOf(e.operand(1)))); }

//===----------------------------------------------------------------------===//
// NonZero
//===----------------------------------------------------------------------===//

void inferNonZero(Inference &n) {
  if (!isShapeKnown(n, 0))
    return;
  std::vector<bool> truth = truthOf(n.known(0));
  n.give(ElementType::i64, {n.rank(0), std::count(truth.begin(), truth.end(), true)});
}

void nonZero(Evaluation &e) {
  std::vector<int64_t> places = placesOf(truthOf(e.operand(0))), strides = stridesOf(e.shape(0));
  int64_t *y = e.result().mutableAs<int64_t>();
  for (size_t axis = 0; axis < strides.size(); ++axis)
    for (int64_t place : places)
      *y++ = place / strides[axis] % e.shape(0)[axis];
}

//===----------------------------------------------------------------------===//
// Unique
//===----------------------------------------------------------------------===//

/// The different slices of a tensor along an axis.
struct Distinct {
  /// Of each: where it is first, and how often it is there.
  std::vector<int64_t> firsts, counts;
  /// Of each slice of the tensor: which of them it is.
  std::vector<int64_t> inverse;
};

/// -1 if slice a is before slice b, 1 if after, 0 if they are equal.
template <typename T> int compareSlices(const T *x, const AxisView &view, int64_t a, int64_t b) {
  for (int64_t outer = 0; outer < view.outer; ++outer) {
    const T *left = x + (outer * view.length + a) * view.inner, *right = x + (outer * view.length + b) * view.inner;
    for (int64_t i = 0; i < view.inner; ++i) {
      if (isBefore(left[i], right[i]))
        return -1;
      if (isBefore(right[i], left[i]))
        return 1;
    }
  }
  return 0;
}

/// Puts them into the order in which they are there first.
void orderByFirst(Distinct &found) {
  std::vector<int64_t> order = allAxes(found.firsts.size());
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return found.firsts[a] < found.firsts[b]; });
  Distinct sorted{{}, {}, found.inverse};
  std::vector<int64_t> rank(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = i;
    sorted.firsts.push_back(found.firsts[order[i]]);
    sorted.counts.push_back(found.counts[order[i]]);
  }
  for (int64_t &index : sorted.inverse)
    index = rank[index];
  found = std::move(sorted);
}

Distinct distinctSlices(const Attributes &attributes, const Tensor &x) {
  AxisView view = viewAlong(attributes, x.shape());
  Distinct found{{}, {}, std::vector<int64_t>(view.length)};
  visitAny(x.element(), [&](auto zero) {
    const auto *elements = x.as<decltype(zero)>();
    std::vector<int64_t> order = allAxes(view.length);
    std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
      int compared = compareSlices(elements, view, a, b);
      return compared < 0 || (compared == 0 && a < b);
    });
    for (int64_t slice : order) {
      if (found.firsts.empty() || compareSlices(elements, view, found.firsts.back(), slice) != 0) {
        found.firsts.push_back(slice);
        found.counts.push_back(0);
      }
      ++found.counts.back();
      found.inverse[slice] = found.firsts.size() - 1;
    }
  });
  if (attributes.integer("sorted", 1) == 0)
    orderByFirst(found);
  return found;
}

void inferUnique(Inference &n) {
  const Shape &x = n.shape(0);
  if (n.attributes().has("axis"))
    n.axis("axis", 0, x.size());
  if (!isShapeKnown(n, 0))
    return;
  // Slices without elements are all alike, and there may be any number of them.
  if (saturatedProduct(x) == 0)
    return n.error("its operand " + toString(x) + " has no elements");
  Distinct found = distinctSlices(n.attributes(), n.known(0));
  int64_t count = found.firsts.size();
  n.give(n.element(0), shapeAlong(n.attributes(), x, count));
  n.give(ElementType::i64, {count}, 1);
  n.give(ElementType::i64, {int64_t(found.inverse.size())}, 2);
  n.give(ElementType::i64, {count}, 3);
}

void unique(Evaluation &e) {
  Distinct found = distinctSlices(e.attributes(), e.operand(0));
  copySlices(e, viewAlong(e.attributes(), e.shape(0)), found.firsts);
  const std::vector<int64_t> *lists[] = {&found.firsts, &found.inverse, &found.counts};
  for (size_t i = 0; i < 3 && e.gives(i + 1); ++i)
    std::copy(lists[i]->begin(), lists[i]->end(), e.result(i + 1).mutableAs<int64_t>());
}

} // namespace

void host::addFilters(Operators &all) {
  all.add("Compress", inferCompress, unlessEmpty<compress>);
  all.add("NonZero", inferNonZero, unlessEmpty<nonZero>);
  all.add("Unique", inferUnique, unique);
}
