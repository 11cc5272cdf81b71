//===- Selection.cpp - Elements chosen by indices -------------------------===//
#include "Selection.h"

#include "Elements.h"
#include "Families.h"
#include "Movement/Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

using namespace tare;
using namespace tare::host;

void host::expectIndices(Inference &n, size_t operand) {
  if (!isInteger(n.element(operand)))
    n.error(fmt::format("operand {} holds {}, expected integers as indices", operand, nameOf(n.element(operand))));
}

bool host::checkIndices(Evaluation &e, std::span<const int64_t> indices, int64_t size) {
  for (int64_t index : indices)
    if (index < -size || index >= size) {
      e.error(fmt::format("index {} is out of range for {} elements", index, size));
      return false;
    }
  return true;
}

Places::Places(std::span<const int64_t> dimensions) : dimensions(dimensions) {}

int64_t Places::at(Evaluation &e, std::span<const int64_t> index) const {
  int64_t place = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    if (!checkIndices(e, index.subspan(i, 1), dimensions[i]))
      return -1;
    place = place * dimensions[i] + fromBegin(index[i], dimensions[i]);
  }
  return place;
}

namespace {

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

void inferGather(Inference &n) {
  Shape shape = n.shape(0);
  int64_t axis = n.axis("axis", 0, n.rank(0));
  expectIndices(n, 1);
  if (n.failed())
    return;
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin() + axis, n.shape(1).begin(), n.shape(1).end());
  n.give(n.element(0), shape);
}

void gather(Evaluation &e) {
  const Tensor &data = e.operand(0);
  AxisView view(data.shape(), fromBegin(e.attributes().integer("axis", 0), e.rank(0)));
  size_t bytes = view.inner * sizeOf(data.element());
  const auto *from = static_cast<const char *>(data.data());
  char *to = bytesOf(e.result());
  std::vector<int64_t> indices = e.integers(1);
  if (!checkIndices(e, indices, view.length))
    return;
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t index : indices) {
      std::memcpy(to, from + (outer * view.length + fromBegin(index, view.length)) * bytes, bytes);
      to += bytes;
    }
}

//===----------------------------------------------------------------------===//
// GatherElements
//===----------------------------------------------------------------------===//

void inferGatherElements(Inference &n) {
  const Shape data = n.shape(0), indices = n.shape(1);
  int64_t axis = n.axis("axis", 0, n.rank(0));
  expectIndices(n, 1);
  if (data.size() != indices.size())
    n.error(fmt::format("its data has {} dimensions, its indices have {}", data.size(), indices.size()));
  for (size_t i = 0; i < data.size() && !n.failed(); ++i)
    if (int64_t(i) != axis && indices[i] > data[i])
      n.error(fmt::format("axis {} has {} indices for {} elements", i, indices[i], data[i]));
  n.give(n.element(0), indices);
}

void gatherElements(Evaluation &e) {
  const Shape &shape = e.shape(1);
  int64_t axis = fromBegin(e.attributes().integer("axis", 0), shape.size()), length = e.shape(0)[axis];
  std::vector<int64_t> indices = e.integers(1), strides = stridesOf(e.shape(0));
  if (!checkIndices(e, indices, length))
    return;
  int64_t stride = std::exchange(strides[axis], 0);
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    const T *x = e.operand(0).as<T>();
    T *y = e.result().mutableAs<T>();
    Walk<1> walk(shape, {strides});
    for (int64_t index : indices) {
      *y++ = x[walk.offset(0) + fromBegin(index, length) * stride];
      walk.next();
    }
  });
}

//===----------------------------------------------------------------------===//
// GatherND
//===----------------------------------------------------------------------===//

void inferGatherND(Inference &n) {
  const Shape data = n.shape(0), indices = n.shape(1);
  int64_t batch = n.opset() < 12 ? 0 : n.attributes().integer("batch_dims", 0);
  expectIndices(n, 1);
  if (n.failed())
    return;
  int64_t rank = data.size(), places = indices.size();
  if (batch < 0 || batch >= std::min(rank, places))
    return n.error(
        fmt::format("its data has {} dimensions, its indices {}, {} of both are of a batch", rank, places, batch));
  if (!std::equal(data.begin(), data.begin() + batch, indices.begin()))
    return n.error(
        fmt::format("its data {} and its indices {} differ in their batch", toString(data), toString(indices)));
  if (indices.back() < 1 || indices.back() > rank - batch)
    return n.error(fmt::format("an index has {} numbers, expected 1 to {}", indices.back(), rank - batch));
  Shape y(indices.begin(), indices.end() - 1);
  y.insert(y.end(), data.begin() + batch + indices.back(), data.end());
  n.give(n.element(0), y);
}

void gatherND(Evaluation &e) {
  std::span<const int64_t> data = e.shape(0), shape = e.shape(1);
  size_t batch = e.opset() < 12 ? 0 : e.attributes().integer("batch_dims", 0), depth = shape.back();
  Places places(data.subspan(batch, depth));
  int64_t batches = saturatedProduct(data.first(batch)), each = saturatedProduct(data.subspan(batch, depth));
  size_t bytes = saturatedProduct(data.subspan(batch + depth)) * sizeOf(e.result().element());
  std::vector<int64_t> indices = e.integers(1);
  int64_t perBatch = indices.size() / depth / batches;
  const char *from = static_cast<const char *>(e.operand(0).data());
  char *to = bytesOf(e.result());
  for (int64_t i = 0; i < batches * perBatch; ++i, to += bytes) {
    int64_t place = places.at(e, std::span(indices).subspan(i * depth, depth));
    if (place < 0)
      return;
    std::memcpy(to, from + (i / perBatch * each + place) * bytes, bytes);
  }
}

//===----------------------------------------------------------------------===//
// OneHot
//===----------------------------------------------------------------------===//

constexpr double mostWhole = double(int64_t(1) << 60);

void inferOneHot(Inference &n) {
  Shape shape = n.shape(0);
  int64_t axis = n.axis("axis", -1, shape.size() + 1);
  if (n.type(1).count() != 1 || !n.isKnown(1))
    n.error("operand depth must be one constant number");
  if (n.type(2).count() != 2)
    n.error("operand values is " + toString(n.type(2)) + ", expected 2 elements");
  if (n.failed())
    return;
  double depth = numbersOf(n.known(1))[0];
  if (!(depth >= 1 && depth <= mostWhole))
    return n.error(fmt::format("operand depth is {}, expected 1 or more", depth));
  shape.insert(shape.begin() + axis, int64_t(depth));
  n.give(n.element(2), shape);
}

/// The whole part of a number; -1 - depth, which is no place, for what int64 cannot hold.
std::vector<int64_t> wholeParts(const Tensor &tensor, int64_t depth) {
  if (!isFloat(tensor.element()))
    return integersOf(tensor);
  std::vector<int64_t> whole;
  for (double number : numbersOf(tensor))
    whole.push_back(number > -mostWhole && number < mostWhole ? int64_t(number) : -1 - depth);
  return whole;
}

void oneHot(Evaluation &e) {
  int64_t axis = fromBegin(e.attributes().integer("axis", -1), e.rank(0) + 1);
  AxisView view(e.result().shape(), axis);
  std::vector<int64_t> indices = wholeParts(e.operand(0), view.length);
  // The first version knew no places from the end.
  int64_t least = e.opset() < 11 ? 0 : -view.length;
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    const T *values = e.operand(2).as<T>();
    T *y = e.result().mutableAs<T>();
    std::fill_n(y, e.result().count(), values[0]);
    for (int64_t i = 0; i < view.outer * view.inner; ++i)
      if (indices[i] >= least && indices[i] < view.length)
        y[(i / view.inner * view.length + fromBegin(indices[i], view.length)) * view.inner + i % view.inner] =
            values[1];
  });
}

} // namespace

void host::addSelection(Operators &all) {
  all.add("Gather", inferGather, unlessEmpty<gather>);
  all.add("GatherElements", inferGatherElements, unlessEmpty<gatherElements>);
  all.add("GatherND", inferGatherND, unlessEmpty<gatherND>);
  all.add("OneHot", inferOneHot, unlessEmpty<oneHot>);
  addScatters(all);
  addTopK(all);
  addFilters(all);
  addNonMaxSuppression(all);
}
