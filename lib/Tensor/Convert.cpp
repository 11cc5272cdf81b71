//===- Convert.cpp - Elements of one type as another ----------------------===//

#include "tare/Tensor/Convert.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

using namespace tare;

namespace {
/// Calls `function` with a value of the C++ type.
template <typename Function> decltype(auto) withType(ElementType type, Function &&function) {
  switch (type) {
  case ElementType::f32:
    return function(float());
  case ElementType::f64:
    return function(double());
  case ElementType::i8:
    return function(int8_t());
  case ElementType::u8:
    return function(uint8_t());
  case ElementType::i16:
    return function(int16_t());
  case ElementType::u16:
    return function(uint16_t());
  case ElementType::i32:
    return function(int32_t());
  case ElementType::u32:
    return function(uint32_t());
  case ElementType::i64:
    return function(int64_t());
  case ElementType::u64:
    return function(uint64_t());
  case ElementType::boolean:
    return function(bool());
  case ElementType::f16: // Files have it, and nothing is converted from or to it.
    break;
  }
  return function(uint8_t());
}

bool isFloat(ElementType type) { return type == ElementType::f32 || type == ElementType::f64; }

/// A finite double beyond float32 would become infinite. std::in_range refuses bool.
template <typename To, typename From> bool fits(From value) {
  if constexpr (std::is_same_v<To, float> && std::is_same_v<From, double>)
    return !std::isfinite(value) || std::isfinite(static_cast<float>(value));
  else if constexpr (std::is_floating_point_v<To>)
    return true;
  else if constexpr (std::is_same_v<From, bool>)
    return true;
  else if constexpr (std::is_same_v<To, bool>)
    return value == From(0) || value == From(1);
  else
    return std::in_range<To>(value);
}

template <typename From, typename To>
Status convertElements(const From *from, To *to, int64_t count, ElementType target) {
  if constexpr (std::is_floating_point_v<From> && !std::is_floating_point_v<To>) {
    return Error{"floats do not convert to integers"};
  } else {
    for (int64_t i = 0; i < count; ++i) {
      if (!fits<To>(from[i]))
        return Error{fmt::format("value {} at element {} does not fit {}", from[i], i, nameOf(target))};
      to[i] = static_cast<To>(from[i]);
    }
    return success();
  }
}
} // namespace

bool tare::isConvertible(ElementType from, ElementType to) { return isFloat(to) || !isFloat(from); }

Status tare::convert(ConstTensorView from, TensorView to) {
  if (from.type.element == to.type.element) {
    std::memcpy(to.data, from.data, from.type.bytes());
    return success();
  }
  return withType(from.type.element, [&](auto source) {
    return withType(to.type.element, [&](auto target) {
      return convertElements(from.as<decltype(source)>(), to.as<decltype(target)>(), from.count(), to.type.element);
    });
  });
}

/// Rounds half to even to the bits that `dropped` leaves.
static float roundBits(float value, int dropped) {
  uint32_t bits = std::bit_cast<uint32_t>(value), half = (uint32_t(1) << dropped) / 2;
  bits += half - 1 + (bits >> dropped & 1);
  return std::bit_cast<float>(bits >> dropped << dropped);
}

float tare::roundToHalf(float value) {
  float magnitude = std::abs(value);
  // 65520 lies half way between 65504, the largest, and what would be the next one.
  if (magnitude >= 65520.0f)
    return std::copysign(std::numeric_limits<float>::infinity(), value);
  // 2^-24, the step of subnormals, is the last bit of 0.5.
  if (magnitude < 0x1p-14f)
    return std::copysign((magnitude + 0.5f) - 0.5f, value);
  return std::isnan(value) ? value : roundBits(value, 13);
}

float tare::roundToBfloat16(float value) { return std::isnan(value) ? value : roundBits(value, 16); }

/// The bits of a number that half precision has.
static uint16_t bitsOfHalf(float value) {
  uint32_t bits = std::bit_cast<uint32_t>(value), sign = bits >> 16 & 0x8000;
  float magnitude = std::abs(value);
  if (std::isnan(value))
    return uint16_t(sign | 0x7e00);
  if (std::isinf(value))
    return uint16_t(sign | 0x7c00);
  if (magnitude < 0x1p-14f)
    return uint16_t(sign | uint32_t(magnitude * 0x1p24f));
  return uint16_t(sign | (((bits & 0x7fffffff) >> 13) - ((127 - 15) << 10)));
}

Tensor tare::toHalf(const Tensor &values) {
  Tensor halves(ElementType::f16, values.shape());
  auto *bits = static_cast<uint16_t *>(halves.mutableView().data);
  for (int64_t i = 0; i < values.count(); ++i)
    bits[i] = bitsOfHalf(roundToHalf(values.as<float>()[i]));
  return halves;
}

Tensor tare::toBfloat16(const Tensor &values) {
  Tensor rounded(values.type());
  std::transform(values.as<float>(), values.as<float>() + values.count(), rounded.mutableAs<float>(), roundToBfloat16);
  return rounded;
}

float tare::halfToFloat(uint16_t half) {
  uint32_t sign = uint32_t(half & 0x8000) << 16;
  uint32_t exponent = (half >> 10) & 0x1f;
  uint32_t mantissa = half & 0x3ff;
  // Subnormal halves are normal floats: 2^-24 times the mantissa, exactly.
  if (exponent == 0) {
    float magnitude = float(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  uint32_t wide = exponent == 0x1f ? 0xff : exponent - 15 + 127;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}
