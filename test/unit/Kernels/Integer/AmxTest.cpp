//===- AmxTest.cpp - The tile loops against the vector loops --------------===//
//
// Few processors have AMX. All but the instructions themselves is tested on those that have AVX-512 with VNNI: the
// loops run on a model of the tile registers (AmxModel.cpp).
//
//===----------------------------------------------------------------------===//
#if defined(__x86_64__)
#include "../../../../lib/Kernels/Integer/Fast/Vector.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tare::kernels {

namespace test {
bool runTileModel(const GemmRow &row);
} // namespace test

TEST(Amx, TileLoopsEqualVectorLoops) {
  if (!__builtin_cpu_supports("avx512vnni"))
    GTEST_SKIP() << "THE TILE LOOPS ARE NOT TESTED: without AVX-512 VNNI there is nothing to compare with";
  std::mt19937 random(1);
  auto upTo = [&](int64_t most) { return int64_t(random() % uint64_t(most)) + 1; };
  for (int trial = 0; trial < 300; ++trial) {
    int64_t vectors = upTo(4), outputs = vectors * 16 - upTo(16) + 1, pixels = upTo(70), stride = upTo(150),
            segmentBytes = 64 * upTo(3);
    std::vector<Segment> segments;
    for (int64_t s = upTo(3), at = 0; s > 0; --s, at += upTo(200))
      segments.push_back({at, segmentBytes / 4});
    std::vector<std::byte> input(pixels * stride + 1000), weights(segments.size() * segmentBytes / 4 * vectors * 64);
    for (auto *bytes : {&input, &weights})
      for (std::byte &byte : *bytes)
        byte = std::byte(random());
    std::vector<int32_t> bias(vectors * 16), expected(pixels * outputs), found(pixels * outputs);
    for (int32_t &b : bias)
      b = int32_t(random());
    GemmRow row = {input.data(),   stride,      pixels,  segments.data(), int64_t(segments.size()),
                   weights.data(), bias.data(), vectors, outputs,         expected.data(),
                   outputs,        nullptr};
    avx512VnniVectors.gemm.run(row);
    row.result = found.data();
    ASSERT_TRUE(test::runTileModel(row)) << "the tiles must be released";
    ASSERT_EQ(found, expected) << "trial " << trial;
  }
}

} // namespace tare::kernels
#endif
