//===- Elements.cpp - Elements of any type, places of any shape -----------===//
#include "Elements.h"

#include <algorithm>

using namespace tare;
using namespace tare::host;

template <typename T> static std::vector<T> convert(const Tensor &tensor) {
  return visitAny(tensor.element(), [&](auto zero) {
    const auto *values = tensor.as<decltype(zero)>();
    return std::vector<T>(values, values + tensor.count());
  });
}

std::vector<int64_t> host::integersOf(const Tensor &tensor) { return convert<int64_t>(tensor); }
std::vector<double> host::numbersOf(const Tensor &tensor) { return convert<double>(tensor); }

std::optional<Shape> host::broadcastShape(const Shape &a, const Shape &b) {
  Shape wide(std::max(a.size(), b.size()));
  for (size_t i = 0; i < wide.size(); ++i) {
    // Counted from the last axis.
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1, y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return std::nullopt;
    wide[wide.size() - 1 - i] = x == 1 ? y : x;
  }
  return wide;
}

/// Some dimensions of a tensor without elements may have a product that no int64 holds; nobody uses it.
static int64_t wrappedProduct(int64_t a, int64_t b) { return int64_t(uint64_t(a) * uint64_t(b)); }

std::vector<int64_t> host::stridesOf(const Shape &shape) {
  std::vector<int64_t> strides(shape.size(), 1);
  for (size_t axis = shape.size(); axis-- > 1;)
    strides[axis - 1] = wrappedProduct(strides[axis], shape[axis]);
  return strides;
}

std::vector<int64_t> host::broadcastStrides(const Shape &shape, const Shape &wide) {
  std::vector<int64_t> own = stridesOf(shape), strides(wide.size(), 0);
  size_t missing = wide.size() - shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis)
    strides[missing + axis] = shape[axis] == 1 ? 0 : own[axis];
  return strides;
}

AxisView::AxisView(const Shape &shape, int64_t axis) : length(shape[axis]) {
  for (int64_t i = 0; i < axis; ++i)
    outer = wrappedProduct(outer, shape[i]);
  for (size_t i = axis + 1; i < shape.size(); ++i)
    inner = wrappedProduct(inner, shape[i]);
}
