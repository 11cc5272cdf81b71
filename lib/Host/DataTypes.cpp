//===- DataTypes.cpp - ONNX's numbers of element types --------------------===//
#include "DataTypes.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

using namespace tare;
using namespace tare::host;

std::optional<ElementType> host::elementTypeOf(DataType type) {
  switch (type) {
  case DataType::f32:
  case DataType::f16:
  case DataType::f64:
  case DataType::bf16:
  case DataType::f8e4m3fn:
  case DataType::f8e4m3fnuz:
  case DataType::f8e5m2:
  case DataType::f8e5m2fnuz:
  case DataType::f8e8m0:
  case DataType::f6e2m3:
  case DataType::f6e3m2:
  case DataType::f4e2m1:
    return ElementType::f32;
  case DataType::u8:
  case DataType::u4:
  case DataType::u2:
    return ElementType::u8;
  case DataType::i8:
  case DataType::i4:
  case DataType::i2:
    return ElementType::i8;
  case DataType::u16:
    return ElementType::u16;
  case DataType::i16:
    return ElementType::i16;
  case DataType::i32:
    return ElementType::i32;
  case DataType::i64:
    return ElementType::i64;
  case DataType::boolean:
    return ElementType::boolean;
  case DataType::u32:
    return ElementType::u32;
  case DataType::u64:
    return ElementType::u64;
  }
  return std::nullopt;
}

std::optional<DataType> host::dataTypeOf(std::string_view name) {
  // By their numbers: strings and complex numbers are left out.
  constexpr std::string_view names[] = {"",      "FLOAT",  "UINT8", "INT8",    "UINT16", "INT16",  "INT32",
                                        "INT64", "STRING", "BOOL",  "FLOAT16", "DOUBLE", "UINT32", "UINT64"};
  const auto *found = std::find(std::begin(names) + 1, std::end(names), name);
  if (found == std::end(names) || *found == "STRING")
    return std::nullopt;
  return DataType(found - std::begin(names));
}

DataType host::dataTypeOf(ElementType element) {
  switch (element) {
  case ElementType::i8:
    return DataType::i8;
  case ElementType::u8:
    return DataType::u8;
  case ElementType::i16:
    return DataType::i16;
  case ElementType::u16:
    return DataType::u16;
  case ElementType::i32:
    return DataType::i32;
  case ElementType::u32:
    return DataType::u32;
  case ElementType::i64:
    return DataType::i64;
  case ElementType::u64:
    return DataType::u64;
  case ElementType::boolean:
    return DataType::boolean;
  case ElementType::f64:
  case ElementType::f16:
  case ElementType::f32:
    break;
  }
  return DataType::f32;
}

std::optional<int> host::fewBitsOf(DataType type) {
  if (type == DataType::u4 || type == DataType::i4)
    return 4;
  if (type == DataType::u2 || type == DataType::i2)
    return 2;
  return std::nullopt;
}

std::optional<IntegerRange> host::rangeOf(DataType type) {
  switch (type) {
  case DataType::u2:
    return IntegerRange{0, 3};
  case DataType::i2:
    return IntegerRange{-2, 1};
  case DataType::u4:
    return IntegerRange{0, 15};
  case DataType::i4:
    return IntegerRange{-8, 7};
  case DataType::u8:
    return IntegerRange{0, 255};
  case DataType::i8:
    return IntegerRange{-128, 127};
  case DataType::u16:
    return IntegerRange{0, 65535};
  case DataType::i16:
    return IntegerRange{-32768, 32767};
  default:
    return std::nullopt;
  }
}

//===----------------------------------------------------------------------===//
// Small floats
//===----------------------------------------------------------------------===//

namespace {

/// A floating-point type of few bits.
struct SmallFloat {
  /// The bits of the fraction.
  int fraction;
  /// The exponent of the least normal number.
  int least;
  float greatest;
  /// What a type without infinity has for it.
  enum { infinity, nan, greatestOne } beyond;
  bool hasMinusZero = true;
};

} // namespace

static std::optional<SmallFloat> smallFloatOf(DataType type) {
  switch (type) {
  case DataType::f8e4m3fn:
    return SmallFloat{3, -6, 448, SmallFloat::nan};
  case DataType::f8e4m3fnuz:
    return SmallFloat{3, -7, 240, SmallFloat::nan, false};
  case DataType::f8e5m2:
    return SmallFloat{2, -14, 57344, SmallFloat::infinity};
  case DataType::f8e5m2fnuz:
    return SmallFloat{2, -15, 57344, SmallFloat::nan, false};
  case DataType::f6e2m3:
    return SmallFloat{3, 0, 7.5f, SmallFloat::greatestOne};
  case DataType::f6e3m2:
    return SmallFloat{2, -2, 28, SmallFloat::greatestOne};
  case DataType::f4e2m1:
    return SmallFloat{1, 0, 6, SmallFloat::greatestOne};
  default:
    return std::nullopt;
  }
}

/// Half to even.
static float roundToSmall(const SmallFloat &type, float value, bool saturates) {
  if (std::isnan(value))
    return value;
  float rounded = value;
  if (std::isfinite(value) && value != 0) {
    int exponent = std::max(std::ilogb(value), type.least) - type.fraction;
    rounded = std::ldexp(std::nearbyint(std::ldexp(value, -exponent)), exponent);
  }
  if (rounded == 0 && !type.hasMinusZero)
    return 0;
  if (std::abs(rounded) <= type.greatest)
    return rounded;
  if (saturates || type.beyond == SmallFloat::greatestOne)
    return std::copysign(type.greatest, rounded);
  return type.beyond == SmallFloat::nan ? std::numeric_limits<float>::quiet_NaN() : std::copysign(HUGE_VALF, rounded);
}

/// A power of two, from 2^-127 to 2^127; of what is not positive NaN.
static float roundToPower(float value, FloatRounding rounding) {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  if (std::isnan(value) || value < 0)
    return nan;
  if (std::isinf(value))
    return rounding.saturates ? 0x1p127f : nan;
  if (value == 0)
    return rounding.saturates ? 0x1p-127f : nan;
  int exponent = 0;
  float half = std::frexp(value, &exponent); // In [0.5, 1).
  bool isUp = rounding.mode == "up" ? half > 0.5f : rounding.mode == "nearest" && half >= 0.75f;
  exponent += isUp ? 0 : -1;
  if (exponent > 127)
    return rounding.saturates ? 0x1p127f : nan;
  if (exponent < -127)
    return rounding.saturates ? 0x1p-127f : nan;
  return std::ldexp(1.0f, exponent);
}

float host::roundTo(DataType type, float value, FloatRounding rounding) {
  if (type == DataType::f16)
    return roundToHalf(value);
  if (type == DataType::bf16)
    return roundToBfloat16(value);
  if (type == DataType::f8e8m0)
    return roundToPower(value, rounding);
  std::optional<SmallFloat> small = smallFloatOf(type);
  return small ? roundToSmall(*small, value, rounding.saturates) : value;
}

/// Keeps the low bits, with their sign.
template <typename T> static void keepBits(Tensor &elements, int bits) {
  T *values = elements.mutableAs<T>();
  int above = 8 - bits;
  for (int64_t i = 0, count = elements.count(); i < count; ++i)
    values[i] = static_cast<T>(static_cast<T>(unsigned(values[i]) << above) >> above);
}

void host::narrow(DataType type, Tensor &elements, FloatRounding rounding) {
  if (std::optional<int> bits = fewBitsOf(type))
    return elements.element() == ElementType::i8 ? keepBits<int8_t>(elements, *bits)
                                                 : keepBits<uint8_t>(elements, *bits);
  if (elements.element() != ElementType::f32 || type == DataType::f32 || type == DataType::f64)
    return;
  float *values = elements.mutableAs<float>();
  for (int64_t i = 0, count = elements.count(); i < count; ++i)
    values[i] = roundTo(type, values[i], rounding);
}
