//===- LayerFunctionTest.cpp - A function in a layer, exactly -------------===//
//
// The statement, written down in numbers wide enough for anything: t = sat16(z + (a * m[c]) >> q[c]), y the value at t
// of the straight line between two entries, rounded half up to the result's grid.
//
//===----------------------------------------------------------------------===//
#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <random>

using namespace tare;
using namespace tare::kernels;

namespace {

Int128 saturate(Int128 v, Int128 low, Int128 high) { return v < low ? low : v > high ? high : v; }

Int128 floorOf(Int128 v, Int128 by) { return v / by - (v % by < 0 ? 1 : 0); }

/// Half up, as a fraction of integers.
Int128 statement(Int128 acc, const program::RequantT &requant, int channel) {
  const program::LayerFunctionT &f = *requant.function;
  Int128 unit = Int128(1) << f.shifts[channel];
  Int128 t = saturate(f.zero_point + floorOf(2 * acc * requant.multipliers[channel] + unit, 2 * unit), -32768, 32767);
  int64_t u = int64_t(t) + 32768, i = u / 128, r = u % 128;
  // (T[i] * (128 - r) + T[i + 1] * r) / (128 * 2^f) + 1/2
  Int128 parts = Int128(128) << f.fraction_bits, line = Int128(f.table[i]) * (128 - r) + Int128(f.table[i + 1]) * r;
  return saturate(floorOf(2 * line + parts, 2 * parts), requant.clamp_min, requant.clamp_max);
}

program::RequantT makeFunction(std::mt19937_64 &random) {
  program::RequantT requant;
  requant.multipliers = {int32_t(random() % 32768), int32_t(random() >> 33)};
  requant.clamp_min = -128 + int32_t(random() % 20), requant.clamp_max = 127 - int32_t(random() % 20);
  requant.function = std::make_unique<program::LayerFunctionT>();
  requant.function->shifts = {uint8_t(random() % 32), uint8_t(random() % 63)};
  requant.function->zero_point = int16_t(random());
  requant.function->fraction_bits = uint8_t(random() % (mostFractionBits + 1));
  for (int64_t i = 0; i < interpolatedTableSize; ++i)
    requant.function->table.push_back(int16_t(random()));
  return requant;
}

} // namespace

// (A64)
TEST(LayerFunction, EqualsExactArithmeticOnRandomNumbers) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 400; ++i) {
    const program::RequantT requant = makeFunction(random);
    for (int j = 0; j < 500; ++j) {
      int64_t acc = int64_t(random()) >> (random() % 64);
      for (int channel : {0, 1})
        ASSERT_EQ(requantize(acc, requant, channel), int64_t(statement(acc, requant, channel)))
            << "acc " << acc << ", channel " << channel << ", case " << i;
    }
  }
}

// (A64) By hand: the ends of 16 bits are read at the first and just before the last entry; a half goes up.
TEST(LayerFunction, IsRoundedOnce) {
  program::RequantT requant;
  requant.multipliers = {1}, requant.clamp_min = -100, requant.clamp_max = 100;
  requant.function = std::make_unique<program::LayerFunctionT>();
  requant.function->shifts = {0}, requant.function->zero_point = 0, requant.function->fraction_bits = 1;
  requant.function->table.assign(interpolatedTableSize, 0);
  auto &table = requant.function->table;
  table[0] = -250, table[256] = 1, table[257] = 3, table[258] = -3, table[511] = 150, table[512] = 152;
  auto at = [&](int64_t acc) { return requantize(acc, requant, 0); };
  EXPECT_EQ(at(INT64_MIN), -100); // -125, limited.
  EXPECT_EQ(at(-32768), -100);
  EXPECT_EQ(at(0), 1);    // 1/2 goes up.
  EXPECT_EQ(at(1), 1);    // 1/2 + 1/128
  EXPECT_EQ(at(63), 1);   // 1/2 + 63/128 is less than 1 1/2.
  EXPECT_EQ(at(127), 1);  // 1/2 + 127/128 is just below 1 1/2.
  EXPECT_EQ(at(128), 2);  // 1 1/2 goes up.
  EXPECT_EQ(at(256), -1); // -1 1/2 goes up.
  EXPECT_EQ(at(32640), 75);
  EXPECT_EQ(at(32767), 76); // 75 + 127/128
  EXPECT_EQ(at(INT64_MAX), 76);
}
