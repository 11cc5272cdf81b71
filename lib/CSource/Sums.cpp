//===- Sums.cpp - The types that sums need --------------------------------===//
#include "Sums.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

using namespace tare;
using namespace tare::csource;

namespace {

constexpr int64_t most32 = std::numeric_limits<int32_t>::max(), most64 = std::numeric_limits<int64_t>::max();

int64_t magnitudeOf(const kernels::Operand &bias, int64_t output) {
  if (bias.type.element == ElementType::i32)
    return std::abs(int64_t(static_cast<const int32_t *>(bias.constant)[output]));
  int64_t value = static_cast<const int64_t *>(bias.constant)[output];
  return value == std::numeric_limits<int64_t>::min() ? most64 : std::abs(value);
}

} // namespace

int64_t csource::limitedProduct(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? most64 : product;
}

int64_t csource::limitedSum(int64_t a, int64_t b) {
  int64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? most64 : sum;
}

int64_t csource::largestDistance(ElementType element, int64_t zeroPoint) {
  int64_t half = element == ElementType::i8 ? 128 : 32768;
  return std::max(std::abs(-half - zeroPoint), std::abs(half - 1 - zeroPoint));
}

Sums csource::exactSums(int64_t largest) {
  const char *type = largest <= most32 ? "int32_t" : "int64_t";
  return {largest, type, type};
}

Sums csource::productSums(ElementType activation, int64_t largest) {
  if (largest <= most32)
    return {largest, "int32_t", "int32_t"};
  if (activation == ElementType::i8)
    return {most32 + 1, "uint32_t", "int32_t"};
  return {largest, largest < most64 ? "int64_t" : "uint64_t", "int64_t"};
}

int64_t csource::largestWeightedSum(const kernels::Operand &weights, const kernels::Operand &bias, int64_t factor) {
  const auto *data = static_cast<const int8_t *>(weights.constant);
  int64_t outputs = weights.type.shape.front(), each = weights.type.count() / outputs, largest = 0;
  for (int64_t o = 0; o != outputs; ++o) {
    int64_t magnitude = 0;
    for (int64_t i = 0; i != each; ++i)
      magnitude += std::abs(int64_t(data[o * each + i]));
    largest = std::max(largest, limitedSum(limitedProduct(magnitude, factor), magnitudeOf(bias, o)));
  }
  return largest;
}
