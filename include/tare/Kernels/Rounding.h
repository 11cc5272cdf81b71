//===- Rounding.h - Rounding shifts and requantization ----------*- C++ -*-===//
//
// The arithmetic that turns an accumulator into an output integer. Everything
// that computes or checks it (kernels, verifiers, proofs) calls these
// functions; docs/arithmetic.md states the same formulas, with the numbers (A7) and so on.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_ROUNDING_H
#define TARE_KERNELS_ROUNDING_H

#include "tare/Kernels/Tables.h"
#include "tare/Schema/program_generated.h"

#include <algorithm>
#include <cstdint>

namespace tare::kernels {

/// Holds the product of a 64-bit accumulator and a 31-bit multiplier.
using Int128 = __int128;

namespace detail {
/// v / 2^q as floor and remainder; every rounding mode is a rule for adding 1
/// to the floor.
template <typename V> struct Quotient {
  V floor, remainder, half;
  constexpr Quotient(V v, int q) : floor(v >> q), remainder(v & ((V(1) << q) - 1)), half(V(1) << (q - 1)) {}
};
} // namespace detail

/// (A7) floor(v / 2^q + 1/2): ties go up.
template <typename V> constexpr V roundHalfUp(V v, int q) { return q == 0 ? v : (v >> q) + ((v >> (q - 1)) & 1); }

/// (A8) The nearest integer to v / 2^q; ties go away from zero.
template <typename V> constexpr V roundHalfAway(V v, int q) {
  if (q == 0)
    return v;
  detail::Quotient<V> d(v, q);
  return d.floor + (d.remainder > d.half || (d.remainder == d.half && v > 0) ? 1 : 0);
}

/// (A9) The nearest integer to v / 2^q; ties go to the even one.
template <typename V> constexpr V roundHalfEven(V v, int q) {
  if (q == 0)
    return v;
  detail::Quotient<V> d(v, q);
  return d.floor + (d.remainder > d.half || (d.remainder == d.half && (d.floor & 1)) ? 1 : 0);
}

/// (A11) gemmlowp's double rounding of v = acc * m by a total right shift of q:
/// SaturatingRoundingDoublingHighMul(acc << max(0, 31 - q), m), then
/// RoundingDivideByPOT by max(0, q - 31). The first rounds the product half up
/// by 31 bits, the second half away from zero, so up to q = 31 it is half up by
/// q. The left shift is exact (gemmlowp's own is undefined where it leaves 32
/// bits), and the first step never saturates because m >= 0.
template <typename V> constexpr V roundGemmlowpDouble(V v, int q) {
  return q <= 31 ? roundHalfUp(v, q) : roundHalfAway(roundHalfUp(v, 31), q - 31);
}

/// round_shift(v, q): v / 2^q rounded to an integer, 0 <= q <= 62; V is int64_t
/// or Int128; floor is (A10). No intermediate value overflows.
template <typename V> constexpr V roundShift(V v, int q, program::Rounding rounding) {
  switch (rounding) {
  case program::Rounding::half_up:
    return roundHalfUp(v, q);
  case program::Rounding::half_away:
    return roundHalfAway(v, q);
  case program::Rounding::half_even:
    return roundHalfEven(v, q);
  case program::Rounding::floor:
    return v >> q;
  case program::Rounding::gemmlowp_double:
    return roundGemmlowpDouble(v, q);
  }
  return v >> q;
}

/// round_shift(acc * m, q) with the exact product, limited to int64.
constexpr int64_t scaleAccumulator(int64_t acc, int32_t multiplier, int shift, program::Rounding rounding) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(acc, int64_t(multiplier), &product))
    return roundShift(product, shift, rounding);
  Int128 wide = roundShift(Int128(acc) * multiplier, shift, rounding);
  return int64_t(std::clamp<Int128>(wide, INT64_MIN, INT64_MAX));
}

/// The element of a list of length 1 or C that belongs to `channel`.
template <typename T> constexpr T perChannel(const std::vector<T> &list, int64_t channel) {
  return list.size() == 1 ? list.front() : list[channel];
}

/// The shifts q beside its multipliers, of length 1 or C; none with stages.
inline const std::vector<uint8_t> &shiftsOf(const program::RequantT &requant) {
  return requant.function ? requant.function->shifts : requant.shifts;
}

/// How many entries its lists have: 1, or one per channel.
inline size_t entryCount(const program::RequantT &requant) {
  size_t biases = requant.stages ? requant.stages->bias.size() : 1;
  return std::max({requant.multipliers.size(), shiftsOf(requant).size(), biases});
}

/// zero + round_shift(acc * multipliers[c], shifts[c]), limited to [low, high].
inline int64_t scaleBetween(int64_t acc, const program::RequantT &requant, int64_t channel, int64_t zero, int64_t low,
                            int64_t high) {
  int64_t scaled = scaleAccumulator(acc, perChannel(requant.multipliers, channel),
                                    perChannel(shiftsOf(requant), channel), requant.rounding);
  // Limiting before adding the zero point keeps the sum in range and changes no result.
  return zero + std::clamp<int64_t>(scaled, low - zero, high - zero);
}

/// (A64) The 16-bit integer that a layer's function reads. It never falls as acc grows.
inline int64_t scaleToFunction(int64_t acc, const program::RequantT &requant, int64_t channel) {
  return scaleBetween(acc, requant, channel, requant.function->zero_point, INT16_MIN, INT16_MAX);
}

/// (A64) The function of that integer t, limited to the result's ends.
inline int64_t readFunction(int64_t t, const program::RequantT &requant) {
  const program::LayerFunctionT &function = *requant.function;
  int64_t y = interpolateFraction(function.table.data(), function.fraction_bits, t - INT16_MIN);
  return std::clamp<int64_t>(y, requant.clamp_min, requant.clamp_max);
}

/// (A39) The three stages: t = sat16(round_shift(acc, q0)), u = round_shift(t * m[c], q1), round_shift(u + b[c], q2).
/// No intermediate value overflows: |t * m| < 2^47.
inline int64_t scaleInStages(int64_t acc, const program::RequantT &requant, int64_t channel) {
  const program::StagesT &stages = *requant.stages;
  int64_t t = std::clamp<int64_t>(roundShift(acc, stages.accumulator_shift, requant.rounding), INT16_MIN, INT16_MAX);
  int64_t u = roundShift(t * perChannel(requant.multipliers, channel), stages.product_shift, requant.rounding);
  return roundShift(u + perChannel(stages.bias, channel), stages.output_shift, requant.rounding);
}

/// (A40) The largest |u + b| that any accumulator gives: t is -2^15 there.
constexpr int64_t largestStagedSum(int64_t multiplier, int productShift, int64_t bias) {
  return roundHalfAway(-int64_t(INT16_MIN) * multiplier, productShift) + (bias < 0 ? -bias : bias);
}

/// (A13) y = clamp(zero_point + round_shift(acc * multipliers[c], shifts[c]),
/// clamp_min, clamp_max); (A39) where it has stages; (A64) where it has a function.
inline int64_t requantize(int64_t acc, const program::RequantT &requant, int64_t channel) {
  if (requant.stages)
    return std::clamp<int64_t>(scaleInStages(acc, requant, channel), requant.clamp_min, requant.clamp_max);
  if (requant.function)
    return readFunction(scaleToFunction(acc, requant, channel), requant);
  return scaleBetween(acc, requant, channel, requant.zero_point, requant.clamp_min, requant.clamp_max);
}

/// (A20) What becomes of an addition's sum of scaled operands: a requantization of one element without a multiplier.
inline program::RequantT requantOfSum(const program::AddT &add) {
  program::RequantT requant;
  requant.multipliers = {1};
  requant.shifts = {add.shift};
  requant.zero_point = add.zero_point;
  requant.clamp_min = add.clamp_min;
  requant.clamp_max = add.clamp_max;
  requant.rounding = add.rounding;
  return requant;
}

} // namespace tare::kernels

#endif // TARE_KERNELS_ROUNDING_H
