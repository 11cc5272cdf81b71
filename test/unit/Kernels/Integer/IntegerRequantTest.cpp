//===- IntegerRequantTest.cpp - Requantization in 32-bit lanes ------------===//
//
// Accumulators at the ends of 32 bits and next to each rounding tie, with multipliers and shifts at the ends of what is
// requantized in 32 bits, on every instruction set of this processor.
//
//===----------------------------------------------------------------------===//
#include "../../../../lib/Kernels/Integer/Fast/PreparedRequant.h"

#include "tare/Kernels/Rounding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <vector>

namespace tare::kernels {
namespace {

constexpr int64_t channels = 16;

program::RequantT requantOf(int32_t multiplier, uint8_t shift, program::Rounding rounding) {
  program::RequantT requant;
  requant.multipliers.assign(channels, multiplier);
  requant.shifts.assign(channels, shift);
  requant.zero_point = -7, requant.clamp_min = -128, requant.clamp_max = 127;
  requant.rounding = rounding;
  return requant;
}

/// The ends of 32 bits, of 16 within them, and the neighbours of ties around the limits of a byte.
std::vector<int32_t> accumulators(int32_t multiplier, uint8_t shift) {
  std::vector<int64_t> values = {INT32_MIN, INT32_MIN + 1, INT32_MAX, -65537, -65536, -65535, -1, 0, 1, 65535, 65536};
  for (int64_t twice = -259; twice <= 259; twice += 2) {
    int64_t tie = multiplier == 0 ? 0 : twice * (int64_t(1) << shift) / 2 / multiplier;
    for (int64_t near = -1; near <= 1; ++near)
      values.push_back(std::clamp<int64_t>(tie + near, INT32_MIN, INT32_MAX));
  }
  values.resize((values.size() + channels - 1) / channels * channels);
  return {values.begin(), values.end()};
}

/// A product without steps leaves the biases as accumulators.
std::vector<int8_t> requantized(const VectorSet &set, std::vector<int32_t> acc, const RequantVector &requant) {
  std::vector<int8_t> results(acc.size());
  for (size_t i = 0; i < acc.size(); i += channels) {
    GemmRow row = {};
    row.pixels = 1, row.vectors = channels / set.gemm16.lanes, row.outputs = row.resultStride = channels;
    row.bias = &acc[i], row.result = &results[i], row.requant = &requant;
    set.gemm16.run(row);
  }
  return results;
}

TEST(IntegerRequant, EqualsTheDefinition) {
  for (const char *isa : {"avx2", "avx512", "avx512_vnni"}) {
    setenv("TARE_MAX_ISA", isa, 1);
    const VectorSet &set = vectorSet();
    for (int32_t multiplier : {0, 1, 2, 16383, 16384, 31038, 32767})
      for (uint8_t shift = 0; shift < 48; ++shift)
        for (program::Rounding rounding : {program::Rounding::half_up, program::Rounding::floor}) {
          PreparedRequant prepared(requantOf(multiplier, shift, rounding), channels);
          std::vector<int32_t> acc = accumulators(multiplier, shift);
          std::vector<int8_t> found = requantized(set, acc, prepared.view());
          for (size_t i = 0; i < acc.size(); ++i) {
            int64_t y = scaleAccumulator(acc[i], multiplier, shift, rounding) - 7;
            ASSERT_EQ(found[i], std::clamp<int64_t>(y, -128, 127))
                << set.name << ": " << acc[i] << " * " << multiplier << " >> " << int(shift);
          }
        }
  }
  unsetenv("TARE_MAX_ISA");
}

TEST(IntegerRequant, IsChosenWhereItIsExact) {
  auto chosen = [](int32_t multiplier, uint8_t shift, program::Rounding rounding) {
    PreparedRequant prepared(requantOf(multiplier, shift, rounding), channels);
    return prepared.view().integers.low != nullptr;
  };
  EXPECT_TRUE(chosen(31038, 23, program::Rounding::half_up));
  EXPECT_TRUE(chosen(1, 8, program::Rounding::half_up)) << "16384 >> 22 is the same";
  EXPECT_FALSE(chosen(31038, 16, program::Rounding::half_up)) << "the half is below 2^16";
  EXPECT_FALSE(chosen(1 << 30, 40, program::Rounding::half_up)) << "too many bits";
  EXPECT_FALSE(chosen(31038, 23, program::Rounding::half_even)) << "ties need the bits below";
}

} // namespace
} // namespace tare::kernels
