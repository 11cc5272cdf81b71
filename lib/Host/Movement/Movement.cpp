//===- Movement.cpp - Elements at other places ----------------------------===//
#include "Movement.h"

#include "Elements.h"
#include "Families.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace tare;
using namespace tare::host;

int64_t host::saturatedProduct(std::span<const int64_t> sizes) {
  if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end())
    return 0;
  int64_t product = 1;
  for (int64_t size : sizes)
    product = saturatedProduct(product, size);
  return product;
}

Result<std::vector<int64_t>> host::distinctAxes(std::vector<int64_t> axes, int64_t rank) {
  std::vector<bool> used(rank);
  for (int64_t &axis : axes) {
    if (axis < -rank || axis >= rank)
      return Error{fmt::format("axis {} is out of range for {} dimensions", axis, rank)};
    axis = fromBegin(axis, rank);
    if (used[axis])
      return Error{fmt::format("axis {} is given twice", axis)};
    used[axis] = true;
  }
  return axes;
}

std::vector<int64_t> host::allAxes(int64_t rank) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

void host::keepElements(Evaluation &e) {
  std::memcpy(bytesOf(e.result()), e.operand(0).data(), e.result().type().bytes());
}

namespace {

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

std::vector<int64_t> permutationOf(const Attributes &attributes, int64_t rank) {
  if (attributes.has("perm"))
    return attributes.integers("perm");
  std::vector<int64_t> reversed = allAxes(rank);
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

void inferTranspose(Inference &n) {
  const Shape &x = n.shape(0);
  std::vector<int64_t> permutation = permutationOf(n.attributes(), x.size()), sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != allAxes(x.size()))
    return n.error(fmt::format("attribute 'perm' is not a permutation of {} dimensions", x.size()));
  Shape y;
  for (int64_t axis : permutation)
    y.push_back(x[axis]);
  n.give(n.element(0), y);
}

void transpose(Evaluation &e) {
  kernels::transpose(e.operand(0).view(), permutationOf(e.attributes(), e.rank(0)), e.result().mutableView());
}

//===----------------------------------------------------------------------===//
// Concat, Split
//===----------------------------------------------------------------------===//

/// Whether the shapes differ along that axis only.
bool differAlong(int64_t axis, const Shape &a, Shape b) {
  if (a.size() != b.size())
    return false;
  b[axis] = a[axis];
  return a == b;
}

void inferConcat(Inference &n) {
  TensorType y = n.type(0);
  if (n.opset() >= 4 && !n.attributes().has("axis"))
    n.error("attribute 'axis' is missing");
  int64_t axis = n.axis("axis", 1, n.rank(0));
  for (size_t i = 1; i < n.numOperands() && !n.failed(); ++i) {
    const TensorType &x = n.type(i);
    if (n.failed())
      return;
    if (x.element != y.element || !differAlong(axis, x.shape, y.shape))
      return n.error(fmt::format("operand {} is {}, which does not continue {} along axis {}", i, toString(x),
                                 toString(n.type(0)), axis));
    y.shape[axis] = saturatedSum(y.shape[axis], x.shape[axis]);
  }
  n.give(y);
}

void concat(Evaluation &e) {
  std::vector<ConstTensorView> operands;
  for (size_t i = 0; i < e.numOperands(); ++i)
    operands.push_back(e.operand(i).view());
  kernels::concat(operands, fromBegin(e.attributes().integer("axis", 1), e.rank(0)), e.result().mutableView());
}

/// The sizes that an attribute or an operand gives; empty where none does.
std::vector<int64_t> givenParts(Inference &n) {
  if (n.opset() < 13 && n.attributes().has("split"))
    return n.attributes().integers("split");
  return (n.opset() < 2 || n.opset() >= 13) && n.has(1) ? n.integers(1, "operand split") : std::vector<int64_t>();
}

std::vector<int64_t> equalParts(Inference &n, int64_t size) {
  int64_t count = n.numResults();
  if (count == 0)
    return {};
  bool mayDiffer = n.opset() >= 18;
  if (mayDiffer && n.attributes().integer("num_outputs", count) != count)
    n.error(fmt::format("attribute 'num_outputs' is {}, but the node has {} results",
                        n.attributes().integer("num_outputs", count), count));
  if (!mayDiffer && size % count != 0)
    n.error(fmt::format("{} elements do not split into {} equal parts", size, count));
  int64_t part = size / count + (size % count != 0), last = size - part * (count - 1);
  if (last < 0)
    n.error(fmt::format("{} elements do not split into {} parts of {} each", size, count, part));
  std::vector<int64_t> parts(count, part);
  parts.back() = last;
  return parts;
}

void inferSplit(Inference &n) {
  TensorType x = n.type(0);
  int64_t axis = n.axis("axis", 0, n.rank(0));
  std::vector<int64_t> parts = givenParts(n);
  if (n.failed())
    return;
  if (parts.empty())
    parts = equalParts(n, x.shape[axis]);
  if (parts.size() != n.numResults())
    return n.error(fmt::format("found {} sizes of parts for {} results", parts.size(), n.numResults()));
  int64_t sum = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] < 0)
      return n.error(fmt::format("part {} has {} elements", i, parts[i]));
    sum = saturatedSum(sum, parts[i]);
    TensorType part = x;
    part.shape[axis] = parts[i];
    n.give(part, i);
  }
  if (sum != x.shape[axis])
    n.error(fmt::format("the parts have {} elements, but axis {} has {}", sum, axis, x.shape[axis]));
}

void split(Evaluation &e) {
  int64_t axis = fromBegin(e.attributes().integer("axis", 0), e.rank(0));
  std::vector<int64_t> starts(e.rank(0), 0), steps(e.rank(0), 1);
  for (size_t i = 0; i < e.numResults(); ++i) {
    if (e.result(i).count() > 0)
      kernels::slice(e.operand(0).view(), starts, steps, e.result(i).mutableView());
    starts[axis] += e.result(i).shape()[axis];
  }
}

//===----------------------------------------------------------------------===//
// Expand, Tile
//===----------------------------------------------------------------------===//

/// Repeats the operand along each axis until the result is full.
void repeat(Evaluation &e) {
  const Shape &y = e.result().shape();
  Shape x(y.size() - e.rank(0), 1);
  x.insert(x.end(), e.shape(0).begin(), e.shape(0).end());
  kernels::IndexLists lists(y.size());
  for (size_t axis = 0; axis < y.size(); ++axis)
    for (int64_t i = 0; i < y[axis]; ++i)
      lists[axis].push_back(i % x[axis]);
  kernels::gather(e.operand(0).reshaped(x).view(), lists, nullptr, e.result().mutableView());
}

void inferExpand(Inference &n) {
  Shape shape = n.integers(1, "operand shape");
  n.give(n.element(0), n.broadcast(n.shape(0), shape));
}

/// How often each axis is repeated. The first Tile repeats one.
std::vector<int64_t> repeatsOf(Inference &n) {
  if (n.opset() >= 6)
    return n.integers(1, "operand repeats");
  (void)n.type(1), (void)n.type(2);
  if (n.failed() || !n.isKnown(1) || !n.isKnown(2) || n.type(1).count() != 1 || n.type(2).count() != 1) {
    n.error("operands tiles and axis must be constants of one number");
    return {};
  }
  // They have the type of the elements, which may be a float's.
  auto whole = [&](size_t operand) {
    double number = numbersOf(n.known(operand))[0];
    return number >= -1e15 && number <= 1e15 ? int64_t(number) : -1;
  };
  std::vector<int64_t> repeats(n.rank(0), 1);
  int64_t axis = n.axis(whole(2), n.rank(0));
  if (!n.failed())
    repeats[axis] = whole(1);
  return repeats;
}

void inferTile(Inference &n) {
  TensorType y = n.type(0);
  std::vector<int64_t> repeats = repeatsOf(n);
  if (repeats.size() != y.shape.size())
    return n.error(fmt::format("found repeats of {} dimensions, expected {}", repeats.size(), y.shape.size()));
  for (size_t axis = 0; axis < repeats.size(); ++axis) {
    if (repeats[axis] < 0)
      return n.error(fmt::format("axis {} is repeated {} times", axis, repeats[axis]));
    y.shape[axis] = saturatedProduct(y.shape[axis], repeats[axis]);
  }
  n.give(y);
}

} // namespace

void host::addMovement(Operators &all) {
  all.add("Transpose", inferTranspose, unlessEmpty<transpose>);
  all.add("Concat", inferConcat, unlessEmpty<concat>);
  all.add("Split", inferSplit, split);
  all.add("Expand", inferExpand, unlessEmpty<repeat>);
  all.add("Tile", inferTile, unlessEmpty<repeat>);
  addReshapes(all);
  addSlices(all);
  addRearrangements(all);
  addGenerators(all);
  addColumns(all);
  addResize(all);
}
