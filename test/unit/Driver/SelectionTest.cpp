//===- SelectionTest.cpp - Widths of small cases by hand ------------------===//
#include "Driver/Budget/Selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::ElementsAre;

namespace {

/// Costs that do not depend on what else is wide.
auto fixed(std::vector<double> costs) {
  return [costs](size_t i, const std::vector<bool> &) { return costs[i]; };
}

TEST(Selection, TheOneSensitiveValueIsTaken) {
  // 0.001 + 0.02 + 0.5 + 0.01 is more than 0.05; without the 0.5 it is 0.031.
  const Selection found = selectWithin({{.02}, {.5}, {.01}}, {.001}, {.05}, fixed({1, 1, 1}));
  EXPECT_EQ(found.count, 1u);
  EXPECT_THAT(found.order, ElementsAre(1, 0, 2));
}

TEST(Selection, NothingIsTakenWithinTheLimit) {
  EXPECT_EQ(selectWithin({{.02}, {.02}}, {.01}, {.05}, fixed({1, 1})).count, 0u);
  EXPECT_EQ(selectWithin({}, {.01}, {.05}, fixed({})).count, 0u);
}

TEST(Selection, WhatIsTakenAwayCountsAgainstItsCost) {
  // 0.35 are to go: 0.35 of the first's 0.4 for 10, all of the second for 1, 0.1 of the third for 1.
  const Selection found = selectWithin({{.4}, {.35}, {.1}}, {0}, {.5}, fixed({10, 1, 1}));
  EXPECT_EQ(found.count, 1u);
  EXPECT_THAT(found.order, ElementsAre(1, 2, 0));
}

TEST(Selection, WhatBecomesNeedlessIsGivenBack) {
  // The first is worth more for its cost, 0.1 / 0.1 against 0.45 / 1, but the second alone is enough.
  const Selection found = selectWithin({{.1}, {.5}}, {0}, {.15}, fixed({.1, 1}));
  EXPECT_EQ(found.count, 1u);
  EXPECT_THAT(found.order, ElementsAre(1, 0));
}

TEST(Selection, EachOutputHasItsLimit) {
  // The first output's limit is kept; what lies above the second's is taken away, though it is less.
  const Selection found = selectWithin({{.3, 0}, {0, .02}}, {0, 0}, {.5, .01}, fixed({1, 1}));
  EXPECT_EQ(found.count, 1u);
  EXPECT_EQ(found.order.front(), 1u);
}

TEST(Selection, AllAreTakenWhereNoneIsEnough) {
  const Selection found = selectWithin({{.2}, {.1}, {0}}, {1}, {.5}, fixed({1, 1, 1}));
  EXPECT_EQ(found.count, 2u);
  EXPECT_THAT(found.order, ElementsAre(0, 1, 2));
}

TEST(Selection, CostsAreThoseBesideWhatIsWide) {
  // Beside the first the second costs nothing; the third alone would be cheaper than the second alone.
  auto added = [](size_t i, const std::vector<bool> &isWide) {
    return i == 1 ? (isWide[0] ? 0. : 9.) : i == 0 ? 1. : 2.;
  };
  const Selection found = selectWithin({{.9}, {.3}, {.3}}, {0}, {.35}, added);
  EXPECT_EQ(found.count, 2u);
  EXPECT_THAT(found.order, ElementsAre(0, 1, 2));
}

TEST(Selection, WhatStandsBetweenWideOnesIsTaken) {
  // A chain: each costs 1 for itself and saves 1 for each wide neighbour.
  auto added = [](size_t i, const std::vector<bool> &isWide) {
    return 1. - (i > 0 && isWide[i - 1]) - (i + 1 < isWide.size() && isWide[i + 1]) + .5 * (i == 0 || i == 4);
  };
  EXPECT_THAT(withCheaper({1, 3}, 5, added), ElementsAre(1, 3, 2));
  EXPECT_THAT(withCheaper({}, 5, added), ElementsAre());
}

TEST(Selection, ASetCostsWhatEachAddsToTheOthers) {
  auto added = [](size_t i, const std::vector<bool> &isWide) { return i == 1 && isWide[0] ? -2. : 3.; };
  EXPECT_EQ(totalOf({}, 3, added), 0);
  EXPECT_EQ(totalOf({0, 1}, 3, added), 1);
  EXPECT_EQ(totalOf({1, 2}, 3, added), 6);
}

TEST(Selection, NoiseIsThatOfWhatIsNarrow) {
  EXPECT_THAT(noiseWith({{1, 10}, {2, 20}, {4, 40}}, {.5, .25}, {1}), ElementsAre(5.5, 50.25));
  EXPECT_THAT(orderByNoise({{1, 3}, {9, 0}, {0, 4}}), ElementsAre(1, 0, 2));
}

TEST(LeastReaching, FindsTheLeastFromAnyGuess) {
  for (size_t most : {1, 2, 3, 7, 100})
    for (size_t least = 1; least <= most; ++least)
      for (size_t guess = 1; guess <= most; ++guess) {
        size_t questions = 0;
        Result<size_t> found = leastReaching(guess, most, [&](size_t count) -> Result<bool> {
          EXPECT_TRUE(count > 0 && count < most);
          ++questions;
          return count >= least;
        });
        ASSERT_TRUE(found);
        EXPECT_EQ(*found, least);
        if (guess == least) {
          EXPECT_LE(questions, 2u);
        }
        EXPECT_LE(questions, 15u);
      }
}

TEST(LeastReaching, AnErrorEndsIt) {
  Result<size_t> found = leastReaching(3, 9, [](size_t) -> Result<bool> { return Error{"no"}; });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, "no");
}

TEST(LargestFitting, TakesAsIfEachWereAsked) {
  const std::vector<double> sizes{5, 9, 2, 4, 1, 1, 1, 1, 8};
  std::vector<size_t> order(sizes.size());
  for (size_t i = 0; i != order.size(); ++i)
    order[i] = i;
  for (double room : {0., 1., 4., 8., 13., 24., 32.}) {
    auto sizeOf = [&](const std::vector<size_t> &set) {
      double sum = 0;
      for (size_t i : set)
        sum += sizes[i];
      return sum;
    };
    std::vector<size_t> wanted;
    for (size_t i : order) {
      wanted.push_back(i);
      if (sizeOf(wanted) > room)
        wanted.pop_back();
    }
    auto found =
        largestFitting(order, [&](const std::vector<size_t> &set) -> Result<bool> { return sizeOf(set) <= room; });
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, wanted) << room;
  }
}

} // namespace
