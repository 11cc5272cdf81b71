//===- Binary.cpp - Arithmetic of two operands ----------------------------===//
#include "Binary.h"
#include "Families.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

//===----------------------------------------------------------------------===//
// Broadcasting before opset 7
//===----------------------------------------------------------------------===//

/// Where the second operand's dimensions begin among those of the first: at the end, or at `axis`.
static int64_t firstAxis(const Attributes &attributes, int64_t rank, int64_t secondRank) {
  return attributes.has("axis") ? fromBegin(attributes.integer("axis", 0), rank) : rank - secondRank;
}

Shape host::pairShape(Inference &n) {
  const Shape &a = n.shape(0), &b = n.shape(1);
  if (n.opset() >= 7)
    return n.broadcast(a, b);
  if (a == b)
    return a;
  int64_t rank = a.size(), secondRank = b.size();
  if (!n.attributes().integer("broadcast", 0)) {
    n.error(fmt::format("the shapes are {} and {}, expected one where attribute 'broadcast' is 0", toString(a),
                        toString(b)));
    return a;
  }
  int64_t axis = secondRank <= rank ? firstAxis(n.attributes(), rank, secondRank) : -1;
  bool fits = axis >= 0 && axis <= rank - secondRank;
  for (int64_t i = 0; fits && i < secondRank; ++i)
    fits = b[i] == 1 || b[i] == a[axis + i];
  if (!fits)
    n.error(fmt::format("the shape {} does not broadcast to {} at attribute 'axis'", toString(b), toString(a)));
  return a;
}

Tensor host::secondOperand(const Evaluation &e) {
  const Tensor &b = e.operand(1);
  int64_t rank = e.rank(0), secondRank = e.rank(1);
  if (e.opset() >= 7 || secondRank > rank || e.shape(0) == b.shape())
    return b;
  Shape shape = b.shape();
  shape.resize(rank - firstAxis(e.attributes(), rank, secondRank), 1);
  return b.reshaped(shape);
}

namespace {

//===----------------------------------------------------------------------===//
// Add, Sub, Mul, Div
//===----------------------------------------------------------------------===//

void runAdd(Evaluation &e) {
  mapNumberPairs(e, [](auto a, auto b) { return plus(a, b); });
}
void runSub(Evaluation &e) {
  mapNumberPairs(e, [](auto a, auto b) { return minus(a, b); });
}
void runMul(Evaluation &e) {
  mapNumberPairs(e, [](auto a, auto b) { return times(a, b); });
}
/// Whether some integer of the divisor is 0: that has no result.
bool dividesByZero(Evaluation &e) {
  const Tensor &divisor = e.operand(1);
  if (isFloat(divisor.element()))
    return false;
  std::vector<int64_t> values = integersOf(divisor);
  bool hasZero = std::find(values.begin(), values.end(), 0) != values.end();
  if (hasZero)
    e.error("divides by 0");
  return hasZero;
}

void runDiv(Evaluation &e) {
  if (dividesByZero(e))
    return;
  mapNumberPairs(e, [](auto a, auto b) { return quotient(a, b); });
}

//===----------------------------------------------------------------------===//
// Mod
//===----------------------------------------------------------------------===//

/// The remainder of truncating division: of a's sign.
template <typename T> T truncatedRemainder(T a, T b) {
  if constexpr (isFloatType<T>)
    return std::fmod(a, b);
  else if constexpr (std::is_signed_v<T>)
    return b == 0 || b == T(-1) ? T(0) : static_cast<T>(a % b);
  else
    return b == 0 ? T(0) : static_cast<T>(a % b);
}

/// The remainder of flooring division: of b's sign.
template <typename T> T flooredRemainder(T a, T b) {
  T rest = truncatedRemainder(a, b);
  if (rest == 0) {
    if constexpr (isFloatType<T>)
      return std::copysign(rest, b);
    else
      return rest;
  }
  return (rest < 0) != (b < 0) ? plus(rest, b) : rest;
}

void inferMod(Inference &n) {
  int64_t fmod = n.attributes().integer("fmod", 0);
  if (fmod != 0 && fmod != 1)
    n.error(fmt::format("attribute 'fmod' is {}, expected 0 or 1", fmod));
  // Opset 28 gave floats a meaning without it.
  if (n.opset() < 28 && fmod == 0 && isFloat(n.element(0)))
    n.error("attribute 'fmod' is 0, expected 1 for floating point");
  inferPair<Elements::numbers>(n);
}

void runMod(Evaluation &e) {
  if (dividesByZero(e))
    return;
  if (e.attributes().integer("fmod", 0))
    mapNumberPairs(e, [](auto a, auto b) { return truncatedRemainder(a, b); });
  else
    mapNumberPairs(e, [](auto a, auto b) { return flooredRemainder(a, b); });
}

//===----------------------------------------------------------------------===//
// Pow
//===----------------------------------------------------------------------===//

/// Modulo 2^bits. Of a negative exponent the whole part: 0, but of 1 and -1.
template <typename T> T integerPower(T base, int64_t exponent) {
  if (exponent < 0)
    return base == T(1) ? T(1) : std::is_signed_v<T> && base == T(-1) ? (exponent % 2 ? base : T(1)) : T(0);
  uint64_t power = 1, square = uint64_t(base);
  for (; exponent; exponent >>= 1, square *= square)
    if (exponent & 1)
      power *= square;
  return static_cast<T>(power);
}

void inferPow(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  expectElements(n, 1, Elements::numbers);
  if (n.opset() < 12)
    expectOneType(n, 0, 1);
  n.give(n.element(0), pairShape(n));
}

/// Of integers to the power of integers.
void powIntegers(Evaluation &e, const Tensor &second) {
  std::vector<int64_t> exponents = integersOf(second);
  ConstTensorView view{{ElementType::i64, second.shape()}, exponents.data()};
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (!isFloatType<T>)
      kernels::binary<T, int64_t, T>(e.operand(0).view(), view, e.result().mutableView(), integerPower<T>);
  });
}

void runPow(Evaluation &e) {
  Tensor second = secondOperand(e);
  if (isInteger(e.operand(0).element()) && isInteger(second.element()))
    return powIntegers(e, second);
  std::vector<double> exponents = numbersOf(second);
  ConstTensorView view{{ElementType::f64, second.shape()}, exponents.data()};
  visitNumbers(e.operand(0).element(), [&](auto zero) {
    using T = decltype(zero);
    kernels::binary<T, double, T>(e.operand(0).view(), view, e.result().mutableView(),
                                  [](T a, double b) { return elementOf<T>(std::pow(double(a), b)); });
  });
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

void inferBitShift(Inference &n) {
  std::string direction = n.attributes().text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT")
    n.error(fmt::format("attribute 'direction' is '{}', expected 'LEFT' or 'RIGHT'", direction));
  inferPair<Elements::integers>(n);
}

/// Calls a function of integers with what visitNumbers gives; floats never come.
template <typename F> void mapIntegerPairs(Evaluation &e, F f) {
  mapNumberPairs(e, [f](auto a, auto b) {
    if constexpr (isFloatType<decltype(a)>)
      return a;
    else
      return static_cast<decltype(a)>(f(a, b));
  });
}

void runBitShift(Evaluation &e) {
  // A shift by all bits or more leaves copies of the sign.
  if (e.attributes().text("direction", "") == "LEFT")
    mapIntegerPairs(e, [](auto a, auto b) { return uint64_t(b) < sizeof(a) * 8 ? uint64_t(a) << uint64_t(b) : 0; });
  else
    mapIntegerPairs(e, [](auto a, auto b) {
      using T = decltype(a);
      return uint64_t(b) < sizeof(a) * 8 ? static_cast<T>(a >> b) : a < T(0) ? static_cast<T>(-1) : T(0);
    });
}

void runBitwiseAnd(Evaluation &e) {
  mapIntegerPairs(e, [](auto a, auto b) { return a & b; });
}
void runBitwiseOr(Evaluation &e) {
  mapIntegerPairs(e, [](auto a, auto b) { return a | b; });
}
void runBitwiseXor(Evaluation &e) {
  mapIntegerPairs(e, [](auto a, auto b) { return a ^ b; });
}

} // namespace

void host::addBinary(Operators &all) {
  all.add("Add", inferPair<Elements::numbers>, runAdd);
  all.add("Sub", inferPair<Elements::numbers>, runSub);
  all.add("Mul", inferPair<Elements::numbers>, runMul);
  all.add("Div", inferPair<Elements::numbers>, runDiv);
  all.add("Mod", inferMod, runMod);
  all.add("Pow", inferPow, runPow);
  all.add("BitShift", inferBitShift, runBitShift);
  all.add("BitwiseAnd", inferPair<Elements::integers>, runBitwiseAnd);
  all.add("BitwiseOr", inferPair<Elements::integers>, runBitwiseOr);
  all.add("BitwiseXor", inferPair<Elements::integers>, runBitwiseXor);
  addComparisons(all);
  addManyOperands(all);
}
