//===- ArenaPlanTest.cpp - Random blocks never overlap --------------------===//
#include "tare/Tensor/ArenaPlan.h"

#include <gtest/gtest.h>

#include <random>

using namespace tare;

namespace {

bool meet(int64_t beginA, int64_t endA, int64_t beginB, int64_t endB) { return beginA < endB && beginB < endA; }

void expectDisjoint(const std::vector<MemoryBlock> &blocks, const ArenaPlan &plan, int64_t alignment) {
  for (size_t a = 0; a != blocks.size(); ++a) {
    EXPECT_EQ(plan.offsets[a] % alignment, 0);
    EXPECT_LE(plan.offsets[a] + blocks[a].bytes, plan.arenaBytes);
    for (size_t b = 0; b != a; ++b) {
      bool sameTime = meet(blocks[a].begin, blocks[a].end + 1, blocks[b].begin, blocks[b].end + 1);
      bool samePlace =
          meet(plan.offsets[a], plan.offsets[a] + blocks[a].bytes, plan.offsets[b], plan.offsets[b] + blocks[b].bytes);
      EXPECT_FALSE(sameTime && samePlace) << "blocks " << a << " and " << b;
    }
  }
}

TEST(ArenaPlan, EmptyNeedsNothing) {
  ArenaPlan plan = planArena({}, 64);
  EXPECT_EQ(plan.arenaBytes, 0);
  EXPECT_EQ(plan.lowerBound, 0);
}

TEST(ArenaPlan, ChainUsesTwoPlaces) {
  // Each block is read by the next one's writer.
  std::vector<MemoryBlock> blocks{{100, 0, 1}, {100, 1, 2}, {100, 2, 3}, {100, 3, 4}};
  ArenaPlan plan = planArena(blocks, 64);
  EXPECT_EQ(plan.arenaBytes, 256);
  EXPECT_EQ(plan.lowerBound, 256);
  expectDisjoint(blocks, plan, 64);
}

TEST(ArenaPlan, PeakIsTheFirstTimeOfMostBytes) {
  std::vector<MemoryBlock> blocks{{64, 0, 9}, {64, 1, 2}, {128, 5, 6}, {128, 8, 8}};
  ArenaPlan plan = planArena(blocks, 64);
  EXPECT_EQ(plan.lowerBound, 192);
  EXPECT_EQ(plan.peakTime, 5);
  EXPECT_EQ(plan.arenaBytes, 192);
}

TEST(ArenaPlan, RandomBlocks) {
  std::mt19937 random(1);
  double worst = 1;
  for (int round = 0; round != 200; ++round) {
    std::vector<MemoryBlock> blocks;
    int64_t count = 1 + random() % 60;
    for (int64_t i = 0; i != count; ++i) {
      int64_t begin = random() % count;
      blocks.push_back({1 + int64_t(random() % 5000), begin, begin + int64_t(random() % 8)});
    }
    int64_t alignment = int64_t(1) << (random() % 9);
    ArenaPlan plan = planArena(blocks, alignment);
    expectDisjoint(blocks, plan, alignment);
    EXPECT_GE(plan.arenaBytes, plan.lowerBound);
    EXPECT_EQ(plan.offsets, planArena(blocks, alignment).offsets);
    worst = std::max(worst, double(plan.arenaBytes) / plan.lowerBound);
  }
  EXPECT_LT(worst, 1.5);
}

} // namespace
