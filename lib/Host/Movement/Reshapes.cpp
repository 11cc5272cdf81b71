//===- Reshapes.cpp - Other shapes for the same elements ------------------===//
#include "Elements.h"
#include "Movement.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// Zeros, where they say so, become the operand's dimensions; gives the place of the -1.
std::optional<size_t> resolveZeros(Inference &n, const Shape &x, Shape &shape, bool zerosCopy) {
  std::optional<size_t> open;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1 && open)
      n.error("its shape leaves more than one dimension open");
    if (shape[i] < -1)
      n.error(fmt::format("its shape holds {}", shape[i]));
    if (shape[i] == -1)
      open = i;
    if (shape[i] != 0 || !zerosCopy)
      continue;
    if (i >= x.size())
      n.error(fmt::format("its shape copies dimension {} of an operand that has {} dimensions", i, x.size()));
    else
      shape[i] = x[i];
  }
  return open;
}

void inferReshape(Inference &n) {
  Shape x = n.shape(0);
  Shape shape = n.opset() < 5 ? n.attributes().integers("shape") : n.integers(1, "operand shape");
  bool zerosCopy = n.opset() < 14 || n.attributes().integer("allowzero", 0) == 0;
  std::optional<size_t> open = resolveZeros(n, x, shape, zerosCopy);
  if (n.failed())
    return;
  int64_t count = saturatedProduct(x);
  if (open) {
    shape[*open] = 1;
    int64_t others = saturatedProduct(shape);
    if (others == 0 || count % others != 0)
      return n.error(fmt::format("the {} elements of {} do not fill a shape with {} in its other dimensions", count,
                                 toString(x), others));
    shape[*open] = count / others;
  }
  if (saturatedProduct(shape) != count)
    return n.error(fmt::format("the shape {} has other elements than {}", toString(shape), toString(x)));
  n.give(n.element(0), shape);
}

void inferFlatten(Inference &n) {
  std::span<const int64_t> x = n.shape(0);
  int64_t rank = x.size(), axis = n.attributes().integer("axis", 1);
  if (axis < -rank || axis > rank)
    return n.error(fmt::format("axis {} is out of range for {} dimensions", axis, rank));
  size_t at = fromBegin(axis, rank);
  n.give(n.element(0), {saturatedProduct(x.first(at)), saturatedProduct(x.subspan(at))});
}

//===----------------------------------------------------------------------===//
// Squeeze, Unsqueeze
//===----------------------------------------------------------------------===//

/// Nothing where no axes are given.
std::optional<std::vector<int64_t>> givenAxes(Inference &n) {
  if (n.opset() < 13)
    return n.attributes().has("axes") ? std::optional(n.attributes().integers("axes")) : std::nullopt;
  return n.has(1) ? std::optional(n.integers(1, "operand axes")) : std::nullopt;
}

void inferSqueeze(Inference &n) {
  const Shape &x = n.shape(0);
  std::optional<std::vector<int64_t>> axes = givenAxes(n);
  std::vector<bool> dropped(x.size());
  for (size_t i = 0; !axes && i < x.size(); ++i)
    dropped[i] = x[i] == 1;
  for (int64_t given : axes.value_or(std::vector<int64_t>())) {
    int64_t axis = n.axis(given, x.size());
    if (n.failed())
      return;
    if (x[axis] != 1)
      return n.error(fmt::format("axis {} has {} elements, only one can be dropped", axis, x[axis]));
    dropped[axis] = true;
  }
  Shape y;
  for (size_t i = 0; i < x.size(); ++i)
    if (!dropped[i])
      y.push_back(x[i]);
  n.give(n.element(0), y);
}

void inferUnsqueeze(Inference &n) {
  const Shape &x = n.shape(0);
  std::optional<std::vector<int64_t>> given = givenAxes(n);
  if (!given)
    return n.error("its axes are missing");
  int64_t rank = x.size() + given->size();
  Result<std::vector<int64_t>> axes = distinctAxes(*given, rank);
  if (!axes)
    return n.error(axes.error().message);
  Shape y(rank, 1);
  std::vector<bool> added(rank);
  for (int64_t axis : *axes)
    added[axis] = true;
  for (size_t from = 0, to = 0; to < y.size(); ++to)
    if (!added[to])
      y[to] = x[from++];
  n.give(n.element(0), y);
}

//===----------------------------------------------------------------------===//
// Shape, Size
//===----------------------------------------------------------------------===//

int64_t boundOf(const Attributes &attributes, std::string_view name, int64_t fallback, int64_t rank) {
  int64_t bound = attributes.integer(name, fallback);
  return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
}

void inferShape(Inference &n) {
  int64_t rank = n.rank(0);
  int64_t start = boundOf(n.attributes(), "start", 0, rank), end = boundOf(n.attributes(), "end", rank, rank);
  n.give(ElementType::i64, {std::max<int64_t>(0, end - start)});
}

void shape(Evaluation &e) {
  int64_t start = boundOf(e.attributes(), "start", 0, e.rank(0));
  std::copy_n(e.shape(0).begin() + start, e.result().count(), e.result().mutableAs<int64_t>());
}

void inferSize(Inference &n) {
  (void)n.type(0);
  n.give(ElementType::i64, Shape{});
}

void size(Evaluation &e) { *e.result().mutableAs<int64_t>() = saturatedProduct(e.shape(0)); }

} // namespace

void host::addReshapes(Operators &all) {
  all.add("Reshape", inferReshape, keepElements);
  all.add("Flatten", inferFlatten, keepElements);
  all.add("Squeeze", inferSqueeze, keepElements);
  all.add("Unsqueeze", inferUnsqueeze, keepElements);
  all.add("Shape", inferShape, unlessEmpty<shape>);
  all.add("Size", inferSize, size);
}
