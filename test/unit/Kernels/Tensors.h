//===- Tensors.h - Tensors for the kernel tests -----------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_KERNELS_TENSORS_H
#define TARE_TEST_UNIT_KERNELS_TENSORS_H

#include "tare/Tensor/Tensor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace tare::test {

/// A tensor of given elements.
template <typename T> Tensor tensor(Shape shape, const std::vector<T> &values) {
  Tensor result(ElementTypeOf<T>::value, std::move(shape));
  EXPECT_EQ(result.count(), static_cast<int64_t>(values.size()));
  std::copy(values.begin(), values.end(), result.mutableAs<T>());
  return result;
}

/// 0, 1, 2, ..
template <typename T> Tensor iota(Shape shape) {
  Tensor result(ElementTypeOf<T>::value, std::move(shape));
  for (int64_t i = 0; i < result.count(); ++i)
    result.mutableAs<T>()[i] = static_cast<T>(i);
  return result;
}

template <typename T> std::vector<T> elements(const Tensor &tensor) {
  return {tensor.as<T>(), tensor.as<T>() + tensor.count()};
}

/// Seeded sizes and values: a failing test fails again.
class Random {
public:
  explicit Random(uint32_t seed) : engine(seed) {}

  int64_t size(int64_t low, int64_t high) { return low + static_cast<int64_t>(engine() % (high - low + 1)); }
  bool flip() { return size(0, 1) != 0; }
  Tensor floats(Shape shape) {
    Tensor result(ElementType::f32, std::move(shape));
    for (int64_t i = 0; i < result.count(); ++i)
      result.mutableAs<float>()[i] = static_cast<float>(size(-1000, 1000)) / 500.0f;
    return result;
  }

private:
  std::mt19937 engine;
};

/// Equal up to float rounding, relative to the largest element.
inline void expectClose(const Tensor &actual, const Tensor &expected, double tolerance = 1e-5) {
  ASSERT_EQ(actual.shape(), expected.shape());
  double largest = 1e-6;
  for (float value : elements<float>(expected))
    largest = std::max<double>(largest, std::abs(value));
  for (int64_t i = 0; i < actual.count(); ++i)
    ASSERT_NEAR(actual.as<float>()[i], expected.as<float>()[i], tolerance * largest)
        << "element " << i << " of " << toString(actual.shape());
}

inline void expectSameBits(const Tensor &actual, const Tensor &expected) {
  ASSERT_EQ(actual.shape(), expected.shape());
  EXPECT_EQ(std::memcmp(actual.data(), expected.data(), actual.type().bytes()), 0);
}

/// [N, C, H, W] as [N, H, W, C].
inline Tensor channelsLast(const Tensor &x) {
  const Shape &shape = x.shape();
  Tensor y(x.element(), {shape[0], shape[2], shape[3], shape[1]});
  int64_t plane = shape[2] * shape[3];
  for (int64_t n = 0; n < shape[0]; ++n)
    for (int64_t c = 0; c < shape[1]; ++c)
      for (int64_t i = 0; i < plane; ++i)
        y.mutableAs<float>()[(n * plane + i) * shape[1] + c] = x.as<float>()[(n * shape[1] + c) * plane + i];
  return y;
}

} // namespace tare::test

#endif // TARE_TEST_UNIT_KERNELS_TENSORS_H
