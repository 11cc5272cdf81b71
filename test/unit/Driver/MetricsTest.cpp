//===- MetricsTest.cpp - Scores of small cases by hand --------------------===//
#include "Driver/Evaluate/Metrics/AveragePrecision.h"
#include "Driver/Evaluate/Metrics/ClassRank.h"
#include "Driver/Evaluate/Metrics/CommandRun.h"
#include "Driver/Evaluate/Metrics/Loss.h"
#include "Driver/Evaluate/Metrics/RocArea.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace tare;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

TEST(ClassRank, CountsWhatStandsBefore) {
  const float scores[] = {0.1f, 0.7f, -3, 0.2f};
  EXPECT_EQ(rankOf(scores, 1), 0u);
  EXPECT_EQ(rankOf(scores, 3), 1u);
  EXPECT_EQ(rankOf(scores, 0), 2u);
  EXPECT_EQ(rankOf(scores, 2), 3u);
}

TEST(ClassRank, OfEqualScoresTheLowerNumberStandsBefore) {
  const float scores[] = {2, 5, 5, 2, 5};
  EXPECT_EQ(rankOf(scores, 1), 0u);
  EXPECT_EQ(rankOf(scores, 2), 1u);
  EXPECT_EQ(rankOf(scores, 4), 2u);
  EXPECT_EQ(rankOf(scores, 0), 3u);
  EXPECT_EQ(rankOf(scores, 3), 4u);
}

TEST(ClassRank, NanStandsBehindAll) {
  const float scores[] = {nan, -1, nan, -infinity};
  EXPECT_EQ(rankOf(scores, 1), 0u);
  EXPECT_EQ(rankOf(scores, 3), 1u);
  EXPECT_EQ(rankOf(scores, 0), 2u);
  EXPECT_EQ(rankOf(scores, 2), 3u);
}

TEST(RocArea, IsTheShareOfPairsInOrder) {
  EXPECT_EQ(areaUnderRoc({{1, false}, {2, true}}), 1);
  EXPECT_EQ(areaUnderRoc({{2, false}, {1, true}}), 0);
  // Pairs: 4 over 3 and 1, 2 over 1 but not over 3.
  EXPECT_EQ(areaUnderRoc({{4, true}, {3, false}, {2, true}, {1, false}}), 0.75);
}

TEST(RocArea, EqualScoresAreHalfAPair) {
  EXPECT_EQ(areaUnderRoc({{5, true}, {5, false}}), 0.5);
  // 5 beside 5 and over 1, twice.
  EXPECT_EQ(areaUnderRoc({{5, true}, {1, false}, {5, false}, {5, true}}), 0.75);
  EXPECT_EQ(areaUnderRoc({{infinity, true}, {infinity, false}, {-infinity, false}}), 0.75);
}

TEST(RocArea, NeedsBothKinds) {
  EXPECT_EQ(areaUnderRoc({{1, true}, {2, true}}), std::nullopt);
  EXPECT_EQ(areaUnderRoc({{1, false}}), std::nullopt);
  EXPECT_EQ(areaUnderRoc({}), std::nullopt);
}

TEST(Loss, IsAShareOfTheFloatScoreToEitherSide) {
  EXPECT_EQ(lossInPercent(0.75, 0.5), 50);
  EXPECT_EQ(lossInPercent(0.25, 0.5), 50);
  EXPECT_EQ(lossInPercent(-3, -4), 25);
  EXPECT_EQ(lossInPercent(0.5, 0.5), 0);
}

TEST(Loss, IsNoneOfNothing) {
  EXPECT_EQ(lossInPercent(0.1, 0), std::nullopt);
  EXPECT_EQ(lossInPercent(0, 0), std::nullopt);
  EXPECT_EQ(lossInPercent(30, infinity), std::nullopt);
}

using Order = std::vector<size_t>;
using Scores = std::vector<std::optional<double>>;

TEST(Loss, OrderIsTheSmallestFirstAndTheFailedLast) {
  EXPECT_EQ(orderByLoss(Scores{0.5, std::nullopt, 0.875, 1.0}, 1), (Order{3, 2, 0, 1}));
  // Equally far: the better one, then as they come.
  EXPECT_EQ(orderByLoss(Scores{0.25, 0.75, 0.25, std::nullopt, 0.75}, 0.5), (Order{1, 4, 0, 2, 3}));
  EXPECT_EQ(orderByLoss(Scores{0.5, 0.0, -0.25}, 0), (Order{1, 2, 0}));
  EXPECT_EQ(orderByLoss(Scores{30.0, infinity, 40.0}, infinity), (Order{1, 2, 0}));
  EXPECT_EQ(orderByLoss(Scores{}, 1), Order());
}

// Of 2 x 2 each, with one unit shared: 1 / 7.
TEST(Detections, OverlapIsTheSharedAreaOverTheWhole) {
  EXPECT_NEAR(overlapOf({0, 0, 2, 2}, {1, 1, 3, 3}), 1.0 / 7, 1e-9);
  EXPECT_NEAR(overlapOf({0, 0, 2, 2}, {0, 0, 2, 2}), 1, 1e-9);
  EXPECT_EQ(overlapOf({0, 0, 2, 2}, {2, 0, 4, 2}), 0);
  EXPECT_EQ(overlapOf({0, 0, 2, 2}, {3, 3, 4, 4}), 0);
  EXPECT_EQ(overlapOf({1, 1, 1, 1}, {1, 1, 1, 1}), 0);
}

std::vector<double> scoresOf(const std::vector<Detection> &found) {
  std::vector<double> scores;
  for (const Detection &each : found)
    scores.push_back(each.score);
  return scores;
}

TEST(Detections, TheBestOfAClassHidesWhatItOverlaps) {
  // The first two overlap by 3 / 5, the third is of another class, the fourth elsewhere.
  std::vector<Detection> found = {
      {{0, 0, 4, 1}, 0.5, 0}, {{1, 0, 5, 1}, 0.75, 0}, {{1, 0, 5, 1}, 0.25, 1}, {{9, 0, 13, 1}, 0.125, 0}};
  EXPECT_EQ(scoresOf(bestOf(found, {0, 0.5})), (std::vector{0.75, 0.25, 0.125}));
  EXPECT_EQ(scoresOf(bestOf(found, {0, 0.625})), (std::vector{0.75, 0.5, 0.25, 0.125}));
  EXPECT_EQ(scoresOf(bestOf(found, {0, std::nullopt})), (std::vector{0.75, 0.5, 0.25, 0.125}));
}

TEST(Detections, Limits) {
  std::vector<Detection> found;
  for (int i = 0; i != 8; ++i)
    found.push_back({{double(i), 0, i + 1.0, 1}, 0.125 * i, 0});
  // The least score itself is out.
  EXPECT_EQ(scoresOf(bestOf(found, {0.625, std::nullopt})), (std::vector{0.875, 0.75}));
  EXPECT_EQ(scoresOf(bestOf(found, {0, std::nullopt, 1, 3})), (std::vector{0.875, 0.75, 0.625}));
  EXPECT_EQ(scoresOf(bestOf(found, {0, 0.5, 2, 3})), (std::vector{0.875, 0.75}));
  found[3].score = nan;
  EXPECT_EQ(bestOf(found, {0, std::nullopt}).size(), 6u);
}

using Found = std::vector<std::vector<Detection>>;
using Boxes = std::vector<std::vector<TrueBox>>;

TEST(AveragePrecision, OfWhatIsFoundAndNothingElseIsOne) {
  auto mean = meanPrecision(Found{{{{0, 0, 4, 4}, 0.5, 3}}}, Boxes{{{{0, 0, 4, 4}, 3}}});
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->all, 1, 1e-12);
  EXPECT_NEAR(mean->atHalf, 1, 1e-12);
}

TEST(AveragePrecision, CountsOverlapsUpToTheBoxesOwn) {
  // 8 of 10 columns: overlaps of 0.5 to 0.75 and 0.8 less what the empty union adds, six of ten.
  auto mean = meanPrecision(Found{{{{0, 0, 8, 1}, 0.5, 0}}}, Boxes{{{{0, 0, 10, 1}, 0}}});
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->all, 0.6, 1e-12);
  EXPECT_NEAR(mean->atHalf, 1, 1e-12);
}

TEST(AveragePrecision, IsTheMeanOverRecalls) {
  // Hit, miss, hit of two boxes: precision 1 up to recall 0.5 (51 recalls), 2 / 3 up to 1 (50).
  Found found = {{{{0, 0, 1, 1}, 0.9, 0}, {{7, 0, 8, 1}, 0.8, 0}, {{2, 0, 3, 1}, 0.7, 0}}};
  Boxes boxes = {{{{0, 0, 1, 1}, 0}, {{2, 0, 3, 1}, 0}}};
  auto mean = meanPrecision(found, boxes);
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->atHalf, (51 + 50 * 2.0 / 3) / 101, 1e-12);
  EXPECT_NEAR(mean->all, (51 + 50 * 2.0 / 3) / 101, 1e-8);
}

TEST(AveragePrecision, ABoxIsTakenOnceAndInItsOwnImage) {
  // The second finds what is taken already, the third the box of another image.
  Found found = {{{{0, 0, 1, 1}, 0.9, 0}, {{0, 0, 1, 1}, 0.8, 0}}, {{{0, 0, 1, 1}, 0.7, 0}}};
  auto mean = meanPrecision(found, Boxes{{{{0, 0, 1, 1}, 0}}, {{{5, 5, 6, 6}, 0}}});
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->atHalf, 51.0 / 101, 1e-12);
}

TEST(AveragePrecision, IsTheMeanOverClassesThatHaveBoxes) {
  // Class 1 is not found, and what is found of class 2 has no box.
  Found found = {{{{0, 0, 1, 1}, 0.5, 0}, {{0, 0, 1, 1}, 0.9, 2}}};
  auto mean = meanPrecision(found, Boxes{{{{0, 0, 1, 1}, 0}, {{0, 0, 1, 1}, 1}}});
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->atHalf, 0.5, 1e-12);
  EXPECT_FALSE(meanPrecision(found, Boxes{{}}));
}

TEST(CommandRun, OneNumber) {
  EXPECT_EQ(*numberIn("0.5"), 0.5);
  EXPECT_EQ(*numberIn(" -1e3 \n"), -1000);
  EXPECT_TRUE(std::isnan(*numberIn("nan")));
  for (const char *text : {"", "  \n", "1 2", "score 1", "0.5%", "1\n2"})
    EXPECT_FALSE(numberIn(text)) << text;
  EXPECT_EQ(numberIn("top1 1").error().message, "printed 'top1 1', expected one number");
}

TEST(CommandRun, ProgramsThatSayNoNumber) {
  auto run = CommandRun::create("/bin/echo", "data.npz");
  ASSERT_TRUE(run);
  Result<double> number = (*run)->run();
  ASSERT_FALSE(number);
  EXPECT_EQ(number.error().message, "'/bin/echo' printed '" + (*run)->outputs() + "', expected one number");
  auto fails = CommandRun::create("/bin/false", "data.npz");
  EXPECT_EQ((*fails)->run().error().message, "'/bin/false' ended with exit code 1");
}

} // namespace
