//===- PreparedRequant.cpp - A requantization in the vectors' form --------===//
#include "PreparedRequant.h"

#include "tare/Kernels/Rounding.h"

#include <cmath>

namespace tare::kernels {

static_assert(int(program::Rounding::half_up) == halfUp && int(program::Rounding::half_away) == halfAway &&
              int(program::Rounding::half_even) == halfEven && int(program::Rounding::floor) == roundFloor &&
              int(program::Rounding::gemmlowp_double) == gemmlowpDouble);

/// At least a vector of doubles more than the channels, so that whole vectors
/// can be read from any channel on.
static constexpr int64_t vectorPadding = 64;

PreparedRequant::PreparedRequant(const program::RequantT &requant, int64_t channels) {
  int64_t entries = entryCount(requant) > 1 ? channels : 1;
  vector.mode = RoundingMode(requant.rounding);
  if (requant.stages)
    setStages(requant, entries);
  else
    for (int64_t c = 0; c < entries; ++c)
      append(kernels::perChannel(requant.multipliers, c), kernels::perChannel(shiftsOf(requant), c));
  if (requant.function) {
    setFunction(requant);
    finish(requant.function->zero_point, INT16_MIN, INT16_MAX, entries);
  } else {
    finish(requant.zero_point, requant.clamp_min, requant.clamp_max, entries);
  }
}

PreparedRequant::PreparedRequant(const program::AddT &add) {
  vector.mode = RoundingMode(add.rounding);
  append(1, add.shift);
  finish(add.zero_point, add.clamp_min, add.clamp_max, 1);
}

void PreparedRequant::append(int32_t multiplier, uint8_t shift) {
  int first = vector.mode == gemmlowpDouble ? std::min<int>(shift, 31) : shift;
  multipliers.push_back(multiplier);
  shifts.push_back(shift);
  scales.push_back(std::ldexp(double(multiplier), -first));
  seconds.push_back(std::ldexp(1.0, first - shift));
}

void PreparedRequant::setStages(const program::RequantT &requant, int64_t entries) {
  const program::StagesT &stages = *requant.stages;
  vector.mode = threeStages;
  vector.firstShift = stages.accumulator_shift, vector.firstScale = std::ldexp(1.0, -vector.firstShift);
  vector.lastShift = stages.output_shift, vector.lastScale = std::ldexp(1.0, -vector.lastShift);
  for (int64_t c = 0; c < entries; ++c) {
    append(kernels::perChannel(requant.multipliers, c), stages.product_shift);
    seconds.back() = kernels::perChannel(stages.bias, c);
  }
}

void PreparedRequant::setFunction(const program::RequantT &requant) {
  table = requant.function->table;
  function = {table.data(), requant.function->fraction_bits, requant.clamp_min, requant.clamp_max};
  vector.function = &function;
}

/// Leaves the integers null where they are not exact, and where what they give is no byte.
void PreparedRequant::setIntegers(int64_t channels) {
  bool exact = (vector.mode == halfUp || vector.mode == roundFloor) && !vector.function;
  size_t size = channels > 1 ? channels + vectorPadding : vectorPadding;
  size = (size + vectorPadding - 1) / vectorPadding * vectorPadding; // Each list is aligned.
  integers = Tensor(ElementType::i32, {int64_t(4 * size)});
  auto *low = integers.mutableAs<int32_t>(), *high = low + size, *half = high + size, *shift = half + size;
  for (size_t c = 0; c < size && exact; ++c) {
    int64_t i = channels == 1 ? 0 : std::min<int64_t>(c, channels - 1);
    int32_t m = multipliers[i], q = shifts[i];
    for (; m > 0 && m < 1 << 14 && q < 47; ++q)
      m *= 2;
    exact = m >= 0 && m < 1 << 15 && q >= 17 && q <= 47;
    if (!exact)
      break;
    low[c] = m, high[c] = m << 16, shift[c] = q - 16;
    half[c] = vector.mode == roundFloor ? 0 : 1 << (q - 17);
  }
  if (exact)
    vector.integers = {low, high, half, shift};
}

void PreparedRequant::finish(int32_t zero, int32_t low, int32_t high, int64_t channels) {
  vector.perChannel = channels > 1;
  setIntegers(channels);
  scales.resize(channels + vectorPadding, 0);
  seconds.resize(channels + vectorPadding, 1);
  multipliers.resize(channels + vectorPadding, 0);
  shifts.resize(channels + vectorPadding, 0);
  vector.scale = scales.data(), vector.second = seconds.data();
  vector.multiplier = multipliers.data(), vector.shift = shifts.data();
  vector.zero = zero, vector.low = low, vector.high = high;
}

RequantVector PreparedRequant::entry(int64_t i) const {
  RequantVector one = vector.from(i);
  one.perChannel = false;
  one.integers = {}; // Lists of one channel after the other.
  return one;
}

} // namespace tare::kernels
