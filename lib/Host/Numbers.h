//===- Numbers.h - Arithmetic on any element, checks of types ---*- C++ -*-===//
#ifndef TARE_LIB_HOST_NUMBERS_H
#define TARE_LIB_HOST_NUMBERS_H

#include "Elements.h"
#include "tare/Host/Operator.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace tare::host {

/// What an operator is defined for.
enum class Elements { floats, integers, numbers, booleans, any };

/// An error where the operand is missing or holds something else.
void expectElements(Inference &n, size_t operand, Elements expected);
/// An error where two operands have elements of different types.
void expectOneType(Inference &n, size_t first, size_t second);
/// An error where the operand does not have one element.
void expectSingle(Inference &n, size_t operand, std::string_view role);
/// Whether a tensor of that shape has one element.
bool isSingle(const Shape &shape);
/// Copies an operand's elements to a result of the same type.
void copyElements(const Tensor &from, Tensor &to);

/// Calls `body` with a float or a double.
template <typename Body> auto visitFloats(ElementType element, Body &&body) {
  return element == ElementType::f64 ? body(double()) : body(float());
}

template <typename T> constexpr bool isFloatType = std::is_floating_point_v<T>;

// Integers wrap as numpy's do: 64 bits without a sign hold all of them, and lose nothing of the low bits.
template <typename T> T plus(T a, T b) {
  if constexpr (isFloatType<T>)
    return a + b;
  else
    return static_cast<T>(uint64_t(a) + uint64_t(b));
}
template <typename T> T minus(T a, T b) {
  if constexpr (isFloatType<T>)
    return a - b;
  else
    return static_cast<T>(uint64_t(a) - uint64_t(b));
}
template <typename T> T times(T a, T b) {
  if constexpr (isFloatType<T>)
    return a * b;
  else
    return static_cast<T>(uint64_t(a) * uint64_t(b));
}
/// Integers towards zero; the least by -1 wraps. What is divided by an integer 0 is refused before.
template <typename T> T quotient(T a, T b) {
  if constexpr (isFloatType<T>)
    return a / b;
  else if constexpr (std::is_signed_v<T>)
    return b == 0 ? T(0) : b == T(-1) ? minus(T(0), a) : static_cast<T>(a / b);
  else
    return b == 0 ? T(0) : static_cast<T>(a / b);
}

/// The greater of two; NaN where one is.
template <typename T> T greaterOf(T a, T b) { return a > b || a != a ? a : b; }
template <typename T> T lesserOf(T a, T b) { return a < b || a != a ? a : b; }

/// Towards zero, then modulo 2^bits. What the conversion instructions of processors, by which numpy converts, have no
/// integer for becomes the least one of their width: of 32 bits for what has at most 32 with a sign, else of 64.
template <typename T> T integerOf(double value) {
  using Wide = std::conditional_t<sizeof(T) <= 2 || std::is_same_v<T, int32_t>, int32_t, int64_t>;
  constexpr double end = -double(std::numeric_limits<Wide>::min());
  if (value > -end - 1 && value < end)
    return static_cast<T>(static_cast<Wide>(value));
  if (std::is_same_v<T, uint64_t> && value >= end && value < 2 * end)
    return static_cast<T>(static_cast<uint64_t>(value));
  return static_cast<T>(std::numeric_limits<Wide>::min());
}

/// A number of double as an element.
template <typename T> T elementOf(double value) {
  if constexpr (isFloatType<T>)
    return static_cast<T>(value);
  else if constexpr (std::is_same_v<T, bool>)
    return value != 0;
  else
    return integerOf<T>(value);
}

} // namespace tare::host

#endif // TARE_LIB_HOST_NUMBERS_H
