//===- Matrices.cpp - Products and transposes of matrices -----------------===//
#include "Matrices.h"
#include "Elements.h"

#include "tare/Kernels/Float.h"
#include "tare/Kernels/Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

using namespace tare;
using namespace tare::host;

Shape host::matMulShape(Inference &n, Shape a, Shape b) {
  if (a.empty() || b.empty()) {
    n.error("a matrix product of a scalar");
    return {};
  }
  bool isRow = a.size() == 1, isColumn = b.size() == 1;
  if (isRow)
    a.insert(a.begin(), 1);
  if (isColumn)
    b.push_back(1);
  if (a.back() != b[b.size() - 2]) {
    n.error(fmt::format("a matrix product of {} and {}: {} columns, {} rows", toString(a), toString(b), a.back(),
                        b[b.size() - 2]));
    return {};
  }
  Shape shape = n.broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  if (!isRow)
    shape.push_back(a[a.size() - 2]);
  if (!isColumn)
    shape.push_back(b.back());
  return shape;
}

namespace {

/// Where integers wrap, and floats are summed.
template <typename T> struct SumOf {
  using type = std::make_unsigned_t<T>;
};
template <> struct SumOf<float> {
  using type = double;
};
template <> struct SumOf<double> {
  using type = double;
};

/// y [m, n] = a [m, k] b [k, n], a row at a time.
template <typename T> void multiplyMatrix(const T *a, const T *b, T *y, int64_t m, int64_t k, int64_t n) {
  // Of types narrower than int the product is one of int, which 16 bits could overflow.
  using Sum = std::conditional_t<(sizeof(T) < sizeof(int)), uint32_t, typename SumOf<T>::type>;
  std::vector<Sum> row(n);
  for (int64_t i = 0; i < m; ++i) {
    std::fill(row.begin(), row.end(), Sum(0));
    for (int64_t j = 0; j < k; ++j) {
      Sum factor = Sum(a[i * k + j]);
      const T *from = b + j * n;
      for (int64_t column = 0; column < n; ++column)
        row[column] += factor * Sum(from[column]);
    }
    for (int64_t column = 0; column < n; ++column)
      y[i * n + column] = T(row[column]);
  }
}

/// The strides of the matrices of `batch` in an operand, in elements.
std::vector<int64_t> batchStrides(const Shape &shape, const Shape &batch) {
  std::vector<int64_t> strides = broadcastStrides(Shape(shape.begin(), shape.end() - 2), batch);
  for (int64_t &stride : strides)
    stride *= shape[shape.size() - 2] * shape.back();
  return strides;
}

template <typename T> void multiplyAll(const Tensor &left, const Tensor &right, Tensor &y) {
  Shape a = left.shape(), b = right.shape();
  if (a.size() == 1)
    a.insert(a.begin(), 1);
  if (b.size() == 1)
    b.push_back(1);
  int64_t m = a[a.size() - 2], k = a.back(), n = b.back();
  Shape batch = *broadcastShape(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
  Walk<2> walk(batch, {batchStrides(a, batch), batchStrides(b, batch)});
  T *to = y.mutableAs<T>();
  for (int64_t i = 0, count = elementCount(batch); i < count; ++i, walk.next())
    multiplyMatrix(left.as<T>() + walk.offset(0), right.as<T>() + walk.offset(1), to + i * m * n, m, k, n);
}

} // namespace

void host::multiply(const Tensor &a, const Tensor &b, Tensor &y) {
  if (y.count() == 0)
    return;
  if (a.element() == ElementType::f32)
    return kernels::floating::matMul(a.view(), b.view(), y.mutableView());
  visitNumbers(a.element(), [&](auto zero) { multiplyAll<decltype(zero)>(a, b, y); });
}

Tensor host::transposed(const Tensor &x, std::span<const int64_t> permutation) {
  Shape shape;
  for (int64_t axis : permutation)
    shape.push_back(x.shape()[axis]);
  Tensor y(x.element(), shape);
  if (y.count() != 0)
    kernels::transpose(x.view(), permutation, y.mutableView());
  return y;
}

Tensor host::withMatricesTransposed(const Tensor &x) {
  std::vector<int64_t> permutation(x.shape().size());
  std::iota(permutation.begin(), permutation.end(), 0);
  std::swap(permutation[permutation.size() - 1], permutation[permutation.size() - 2]);
  return transposed(x, permutation);
}

Tensor host::floatsOf(const Tensor &x) {
  if (x.element() == ElementType::f32)
    return x;
  Tensor y(ElementType::f32, x.shape());
  visitNumbers(x.element(), [&](auto zero) {
    const auto *from = x.as<decltype(zero)>();
    std::transform(from, from + x.count(), y.mutableAs<float>(), [](auto value) { return float(value); });
  });
  return y;
}

void host::giveFloats(const Tensor &from, Tensor &result) {
  const float *values = from.as<float>();
  if (result.element() == ElementType::f64)
    std::copy(values, values + from.count(), result.mutableAs<double>());
  else if (from.count() != 0)
    std::memcpy(result.mutableAs<float>(), values, from.count() * sizeof(float));
}

Tensor host::zeros(Shape shape) {
  Tensor x(ElementType::f32, std::move(shape));
  std::fill_n(x.mutableAs<float>(), x.count(), 0.0f);
  return x;
}
