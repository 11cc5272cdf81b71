//===- ReportTest.cpp - What a report says of layers ----------------------===//
#include "Driver/Report/Report.h"
#include "Driver/Report/Page.h"
#include "Driver/Report/PairedLayers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

using namespace tare;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

namespace {

/// int8 on a grid of that step and zero point.
InspectedLayer onGrid(double scale, int64_t zero) {
  InspectedLayer layer;
  layer.output = {ElementType::i8, {1, 4}};
  layer.grid.scales = {scale};
  layer.grid.zeroPoints = {zero};
  return layer;
}

/// With so much noise of a signal of 1.
Accuracy withNoise(double noise) {
  Accuracy accuracy;
  accuracy.difference.reference2 = 1;
  accuracy.difference.noise = noise;
  accuracy.difference.differing = noise > 0;
  accuracy.difference.total = 1;
  return accuracy;
}

TEST(ReportValues, TheEndsOfAGrid) {
  EXPECT_EQ(gridEnds(onGrid(0.5, 28)), (GridEnds{-78, 49.5, 0.5}));
  InspectedLayer layer = onGrid(0.5, 28);
  layer.output.element = ElementType::i32;
  EXPECT_FALSE(gridEnds(layer));
  layer = onGrid(0.5, 28);
  layer.grid.scales = {0.5, 0.25};
  EXPECT_FALSE(gridEnds(layer));
}

TEST(ReportValues, WhatLiesBeyondByMoreThanHalfAStepIsCutOff) {
  // [-64, 63.5] in steps of 0.5.
  SeenLayers seen({onGrid(0.5, 0)});
  const float values[] = {-64.25f, -64.3f, 63.75f, 63.8f, 1000, 0, NAN, INFINITY};
  seen.see(0, values);
  const SeenValues found = *seen.of(0);
  EXPECT_EQ(found.below, 1);
  EXPECT_EQ(found.above, 2);
  EXPECT_DOUBLE_EQ(found.clippedShare(), 3.0 / 6);
  EXPECT_DOUBLE_EQ(found.usedShare(*gridEnds(onGrid(0.5, 0))), 1);
}

TEST(ReportValues, AQuarterOfARangeIsUsed) {
  SeenLayers seen({onGrid(0.5, -128), onGrid(0.5, 0)});
  const float values[] = {10, 127.5f / 4};
  seen.see(0, values);
  EXPECT_DOUBLE_EQ(seen.of(0)->usedShare(*gridEnds(onGrid(0.5, -128))), 0.25);
  EXPECT_FALSE(seen.of(1));
}

TEST(ReportValues, BarsHoldAllValues) {
  calibration::Histogram histogram;
  std::vector<float> values;
  for (int i = -700; i != 1300; ++i)
    values.push_back(float(i) / 64);
  histogram.add(values);
  for (size_t most : {2, 3, 64, 5000}) {
    const Bars bars = barsOf(histogram, most);
    EXPECT_LE(bars.counts.size(), most);
    EXPECT_EQ(std::accumulate(bars.counts.begin(), bars.counts.end(), uint64_t(0)), values.size());
    for (size_t i = 0; i != bars.counts.size(); ++i) {
      const double begin = double(bars.first + int64_t(i)) * bars.width;
      EXPECT_EQ(int64_t(bars.counts[i]),
                std::ranges::count_if(values, [&](float x) { return x >= begin && x < begin + bars.width; }));
    }
  }
  EXPECT_TRUE(barsOf(calibration::Histogram(), 64).counts.empty());
}

/// Layers, each reading the ones before it that are named; the last is the output. No noise: not compared.
Report chainOf(std::vector<std::pair<std::vector<int64_t>, std::optional<double>>> layers) {
  Report report;
  for (const auto &[operands, noise] : layers) {
    ReportedLayer layer;
    layer.operands = operands;
    if (noise)
      layer.accuracy = withNoise(*noise);
    report.layers.push_back(layer);
    report.inspection.layers.emplace_back().value = "v" + std::to_string(report.layers.size());
  }
  report.outputs = {{"y", int64_t(layers.size()) - 1}};
  return report;
}

TEST(ReportFalls, AreBehindTheWorstOperand) {
  Report report = chainOf({{{-1}, 1e-4}, {{-1}, 1e-3}, {{0, 1}, 1e-2}, {{2}, {}}, {{3}, 1e-2}});
  findFalls(report);
  const auto &layers = report.layers;
  EXPECT_FALSE(layers[0].accuracy->fall);
  EXPECT_NEAR(layers[0].accuracy->added, 1e-4, 1e-12);
  EXPECT_NEAR(*layers[2].accuracy->fall, 10, 1e-9);
  EXPECT_NEAR(layers[2].accuracy->added, 1e-2 - 1e-3, 1e-12);
  EXPECT_NEAR(*layers[4].accuracy->fall, 0, 1e-9);
  EXPECT_EQ(layers[4].accuracy->added, 0);
}

TEST(ReportFalls, WhatLeadsToAComparedLayerHasItsAccuracy) {
  Report report = chainOf({{{-1}, 1e-4}, {{0}, {}}, {{1}, {}}, {{2}, 1e-2}});
  for (size_t i : {1, 2, 3})
    report.inspection.layers[i].value = "y";
  report.layers[2].moves = report.layers[3].moves = true;
  findFalls(report);
  EXPECT_NEAR(*report.layers[1].accuracy->fall, 20, 1e-9);
  EXPECT_NEAR(*report.layers[3].accuracy->fall, 0, 1e-9);
  EXPECT_EQ(report.layers[3].accuracy->added, 0);
  EXPECT_NEAR(report.layers[0].accuracy->difference.noise, 1e-4, 1e-12);
}

TEST(ReportFalls, WhatNoReaderHasIsPassedOver) {
  // 1 is far off, and what reads it is not, be it behind what is not compared.
  Report report = chainOf({{{-1}, 1e-3}, {{0}, 0.5}, {{1}, {}}, {{2}, 1e-2}, {{1}, 1e-4}, {{3, 4}, 1e-2}});
  findFalls(report);
  EXPECT_NEAR(*report.layers[1].accuracy->noticed, 1e-2, 1e-12);
  EXPECT_NEAR(*report.layers[1].accuracy->fall, 10, 1e-9);
  EXPECT_NEAR(*report.layers[3].accuracy->fall, 0, 1e-9);
  // The output's own error is noticed by whoever gets it.
  EXPECT_NEAR(*report.layers[5].accuracy->noticed, 1e-2, 1e-12);
}

TEST(ReportFalls, WhatIsJoinedIsNotHidden) {
  // Boxes and scores in one output, which is as good as the boxes.
  Report report = chainOf({{{-1}, 1e-6}, {{-1}, 1e-1}, {{0, 1}, 1e-5}});
  report.layers[2].moves = true;
  findFalls(report);
  EXPECT_NEAR(*report.layers[1].accuracy->noticed, 1e-1, 1e-12);
}

TEST(ReportFalls, TheWorstAddMost) {
  Report report;
  for (double added : {1e-2, 1e-5, 0.5, 1e-2}) {
    ReportedLayer layer;
    layer.accuracy.emplace();
    layer.accuracy->added = added;
    report.layers.push_back(layer);
  }
  EXPECT_THAT(worstLayers(report, 2), ElementsAre(2, 0));
  EXPECT_THAT(worstLayers(report, 9), ElementsAre(2, 0, 3));
}

/// Boxes and scores, joined and dequantized.
Report joined(double boxes, double scores, double both) {
  Report report;
  report.layers.resize(4);
  report.layers[0].accuracy = withNoise(boxes);
  report.layers[1].accuracy = withNoise(scores);
  report.layers[2].operands = {0, 1};
  report.layers[3].operands = {2};
  report.layers[2].moves = report.layers[3].moves = true;
  for (size_t i = 0; i != 4; ++i)
    report.layers[i].label = "l" + std::to_string(i);
  report.inspection.layers.resize(4);
  report.outputs = {{"y", 3}};
  report.accuracy.push_back({"y", withNoise(both)});
  findParts(report);
  judge(report);
  return report;
}

TEST(ReportVerdict, WhatIsJoinedCountsForItself) {
  Report report = joined(1e-6, 0.2, 1e-5);
  EXPECT_THAT(report.accuracy.front().parts, ElementsAre(0, 1));
  EXPECT_EQ(report.verdict.grade, Grade::lost);
  EXPECT_THAT(report.verdict.text, HasSubstr("the part 'l1' of output 'y', SQNR 7.0 dB"));
  EXPECT_EQ(joined(1e-6, 1e-4, 1e-5).verdict.grade, Grade::close);
}

TEST(ReportVerdict, FollowsTheWorstOutput) {
  auto gradeOf = [](std::vector<Accuracy> outputs) {
    Report report;
    for (const Accuracy &output : outputs)
      report.accuracy.push_back({"y" + std::to_string(report.accuracy.size()), output});
    judge(report);
    return report.verdict;
  };
  EXPECT_EQ(gradeOf({}).grade, Grade::unknown);
  EXPECT_EQ(gradeOf({withNoise(0)}).grade, Grade::close);
  EXPECT_EQ(gradeOf({withNoise(0.99e-3)}).grade, Grade::close);
  EXPECT_EQ(gradeOf({withNoise(1.01e-3)}).grade, Grade::fair);
  EXPECT_EQ(gradeOf({withNoise(1.01e-2)}).grade, Grade::far);
  EXPECT_EQ(gradeOf({withNoise(0.101)}).grade, Grade::lost);
  Verdict two = gradeOf({withNoise(1e-4), withNoise(0.2)});
  EXPECT_EQ(two.grade, Grade::lost);
  EXPECT_THAT(two.text, HasSubstr("'y1', SQNR 7.0 dB"));
  Accuracy classes;
  classes.isDiscrete = true;
  classes.difference.total = 10;
  classes.difference.differing = 6;
  EXPECT_EQ(gradeOf({withNoise(1e-4), classes}).grade, Grade::lost);
}

Report withValues(std::initializer_list<const char *> values) {
  Report report;
  for (const char *value : values) {
    InspectedLayer layer;
    layer.value = value;
    report.inspection.layers.push_back(layer);
    report.layers.emplace_back();
  }
  return report;
}

TEST(ReportDiff, PairsWhatGivesTheSameValue) {
  const std::optional<size_t> none;
  const Report a = withValues({"x", "a", "b", "y", "y"}), b = withValues({"x", "x", "b", "new", "y", "y"});
  EXPECT_THAT(pairLayers(a, b), ElementsAre(LayerPair{none, 0}, LayerPair{0, 1}, LayerPair{1, none}, LayerPair{2, 2},
                                            LayerPair{none, 3}, LayerPair{3, 4}, LayerPair{4, 5}));
  EXPECT_EQ(pairLayers(withValues({}), b).size(), 6u);
}

TEST(ReportDiff, HasEachLayerOnceInAnyOrder) {
  const Report a = withValues({"p", "q", "r"}), b = withValues({"r", "s", "q", "p"});
  std::vector<size_t> first, second;
  for (const LayerPair &pair : pairLayers(a, b)) {
    if (pair.first)
      first.push_back(*pair.first);
    if (pair.second)
      second.push_back(*pair.second);
  }
  std::ranges::sort(second);
  EXPECT_THAT(first, ElementsAre(0, 1, 2));
  EXPECT_THAT(second, ElementsAre(0, 1, 2, 3));
}

TEST(ReportPage, NoTextEndsItsElement) {
  const std::string page = pageOf("</title><b>&", R"({"name": "</script><!-- & {{style}}"})");
  EXPECT_THAT(page, HasSubstr("<title>&lt;/title&gt;&lt;b&gt;&amp;"));
  EXPECT_THAT(page, HasSubstr(R"({"name": "\u003c/script\u003e\u003c!-- \u0026 {{style}}"})"));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
}

} // namespace
