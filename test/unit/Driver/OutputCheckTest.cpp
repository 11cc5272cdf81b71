//===- OutputCheckTest.cpp - Outputs that say little of what they did -----===//
#include "Driver/Check/OutputCheck.h"

#include "Driver/Execute/BorderLabels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

using namespace tare;

namespace {

using Fill = std::function<double(int64_t row, int64_t column)>;

Tensor tensorOf(int64_t rows, int64_t columns, const Fill &fill) {
  Tensor tensor(ElementType::f32, {rows, columns});
  for (int64_t i = 0; i != rows * columns; ++i)
    tensor.mutableAs<float>()[i] = float(fill(i / columns, i % columns));
  return tensor;
}

OutputQuality check(const OutputParts &parts, const Tensor &reference, const Tensor &output) {
  std::vector<OutputQuality> found = checkOutputs({parts}, {{reference}}, {{output}}, 1);
  EXPECT_EQ(found.size(), 1u);
  return found[0];
}

/// 1 and -1 in turn, as far out as `size` says of a row.
double wave(int64_t row, int64_t column) { return (row + column) % 2 ? -1 : 1; }

const OutputParts onePart{"out", {{"value"}}, {}};

TEST(OutputCheck, EqualOutputsSayAll) {
  Tensor same = tensorOf(4, 20, [](auto r, auto c) { return wave(r, c) * (c + 1); });
  OutputQuality found = check(onePart, same, same);
  EXPECT_EQ(found.name, "out");
  EXPECT_EQ(found.low, -20);
  EXPECT_EQ(found.high, 20);
  EXPECT_TRUE(found.collapses.empty());
  EXPECT_TRUE(found.parts.empty());
  EXPECT_FALSE(found.unseen);
  EXPECT_EQ(found.difference.total, 80);
}

TEST(OutputCheck, TenDecibelsAreTheLimit) {
  Tensor reference = tensorOf(1, 20, wave);
  for (auto [error, collapses] : {std::pair(0.31, false), {0.32, true}}) {
    Tensor output = tensorOf(1, 20, [&](auto r, auto c) { return wave(r, c) + (c % 4 < 2 ? error : -error); });
    EXPECT_EQ(!check(onePart, reference, output).collapses.empty(), collapses) << error;
  }
}

TEST(OutputCheck, WholeOutputThatIsConstant) {
  OutputQuality found = check(onePart, tensorOf(1, 20, wave), tensorOf(1, 20, [](auto, auto) { return 0.0; }));
  ASSERT_EQ(found.collapses.size(), 1u);
  EXPECT_EQ(found.collapses[0].value, "value");
  EXPECT_TRUE(found.collapses[0].isOutput && found.collapses[0].isPart && found.collapses[0].isConstant);
  EXPECT_FALSE(found.collapses[0].axis);
  EXPECT_NEAR(found.collapses[0].sqnr, 0, 1e-9);
  // What is as constant in float is nothing lost.
  Tensor constant = tensorOf(1, 20, [](auto, auto) { return 3.0; });
  EXPECT_TRUE(check(onePart, constant, constant).collapses.empty());
}

/// Rows 3 and 5 of 40 are small, and constant: far below what the others leave.
TEST(OutputCheck, SlicesThatCollapse) {
  auto isLost = [](int64_t row) { return row == 3 || row == 5; };
  Tensor reference = tensorOf(40, 20, [&](auto r, auto c) { return wave(r, c) * (isLost(r) ? 0.01 : 1); });
  Tensor output = tensorOf(40, 20, [&](auto r, auto c) { return isLost(r) ? 0 : wave(r, c); });
  OutputQuality found = check(onePart, reference, output);
  ASSERT_EQ(found.collapses.size(), 1u);
  const Collapse &collapse = found.collapses[0];
  EXPECT_EQ(collapse.axis, 0);
  EXPECT_EQ(collapse.indices, (std::vector<int64_t>{3, 5}));
  EXPECT_EQ(collapse.slices, 40);
  EXPECT_TRUE(collapse.isConstant);
  EXPECT_FALSE(collapse.isPart || collapse.isOutput);
  EXPECT_NEAR(collapse.sqnr, 0, 1e-9);
  llvm::BitVector elements = elementsOf(collapse, onePart, {40, 20});
  EXPECT_EQ(elements.count(), 40u);
  EXPECT_TRUE(elements[60] && elements[79] && elements[100] && !elements[80] && !elements[59]);
  // In other outputs half of the error is left in one of the rows.
  Tensor other = tensorOf(40, 20, [&](auto r, auto c) {
    return r == 3 ? 0.005 * wave(r, c) : isLost(r) ? 0.01 * wave(r, c) : 0;
  });
  EXPECT_NEAR(sqnrOf(collapse, onePart, 0, {{reference}}, {{other}}), 10 * std::log10(4.0), 1e-6);
}

TEST(OutputCheck, ColumnsAreToldAsColumns) {
  Tensor reference = tensorOf(20, 40, [&](auto r, auto c) { return wave(r, c) * (c == 39 ? 0.01 : 1); });
  Tensor output = tensorOf(20, 40, [&](auto r, auto c) { return c == 39 ? 0 : wave(r, c); });
  OutputQuality found = check(onePart, reference, output);
  ASSERT_EQ(found.collapses.size(), 1u);
  EXPECT_EQ(found.collapses[0].axis, 1);
  EXPECT_EQ(found.collapses[0].indices, std::vector<int64_t>{39});
  EXPECT_EQ(found.collapses[0].slices, 40);
}

/// Two of 40 may be bad by chance, where the whole is hardly better.
TEST(OutputCheck, FewSlicesByChance) {
  auto isBad = [](int64_t row, int64_t bad) { return row < bad; };
  for (auto [bad, told] : {std::pair(2, false), {3, true}}) {
    Tensor reference = tensorOf(40, 20, wave);
    Tensor output = tensorOf(40, 20, [&, bad = bad](auto r, auto c) {
      return isBad(r, bad) ? 0.9 * wave(r, c + ((c + 2 * r) % 4 < 2)) : wave(r, c);
    });
    EXPECT_EQ(!check(onePart, reference, output).collapses.empty(), told) << bad;
  }
}

/// Boxes in columns 0 and 1, scores in column 2 and 3.
OutputParts twoParts(OutputPart scores) {
  return {"out", {{"boxes"}, std::move(scores)}, tensorOf(20, 4, [](auto, auto c) { return c < 2 ? 0 : 1; })};
}

TEST(OutputCheck, PartsAreToldApart) {
  auto reference = tensorOf(20, 4, [](auto r, auto c) { return (c < 2 ? 100 : 1) * wave(r, c); });
  auto output = tensorOf(20, 4, [](auto r, auto c) { return c < 2 ? 100 * wave(r, c) : 0; });
  OutputQuality found = check(twoParts({"scores"}), reference, output);
  ASSERT_EQ(found.parts.size(), 2u);
  EXPECT_EQ(found.parts[0].value, "boxes");
  EXPECT_EQ(found.parts[1].value, "scores");
  EXPECT_EQ(found.parts[1].axis, 1);
  EXPECT_EQ(found.parts[1].indices, (std::vector<int64_t>{2, 3}));
  ASSERT_EQ(found.collapses.size(), 1u);
  EXPECT_EQ(found.collapses[0].value, "scores");
  EXPECT_TRUE(found.collapses[0].isPart && found.collapses[0].isConstant && !found.collapses[0].isOutput);
  llvm::BitVector elements = elementsOf(found.collapses[0], twoParts({"scores"}), {20, 4});
  EXPECT_EQ(elements.count(), 40u);
  EXPECT_TRUE(elements[2] && elements[3] && !elements[0] && !elements[1]);
  // All of the part together, also where it lies along an axis.
  Tensor other = tensorOf(20, 4, [](auto r, auto c) { return c == 3 ? 0.5 * wave(r, c) : wave(r, c); });
  EXPECT_NEAR(sqnrOf(found.collapses[0], twoParts({"scores"}), 0, {{reference}}, {{other}}), 10 * std::log10(8.0),
              1e-6);
}

/// Scores of nothing: in float within a step, in the program a step away at most, in calibration many steps apart.
TEST(OutputCheck, WhatTheSamplesShowNothingOf) {
  auto reference = tensorOf(20, 4, [](auto r, auto c) { return c < 2 ? wave(r, c) : 0.01 * (r % 3); });
  auto output = [](double score) {
    return tensorOf(20, 4, [=](auto r, auto c) { return c < 2 ? wave(r, c) : score; });
  };
  auto unseen = [&](OutputPart part, double score) {
    OutputQuality found = check(twoParts(std::move(part)), reference, output(score));
    EXPECT_EQ(found.collapses.empty(), bool(found.unseen));
    return bool(found.unseen);
  };
  EXPECT_TRUE(unseen({"scores", 1, 0.0625, 1}, 0));
  EXPECT_TRUE(unseen({"scores", 1, 0.0625, 1}, 0.0625));
  EXPECT_FALSE(unseen({"scores", 1, 0.0625, 0.99}, 0)) << "calibration saw less than 16 steps";
  EXPECT_FALSE(unseen({"scores", 1, 0.0199, 1}, 0)) << "float varies by a step";
  EXPECT_FALSE(unseen({"scores", HUGE_VAL, 0.0625, 1}, 0)) << "nothing limits the value";
  EXPECT_FALSE(unseen({"scores", 1, 0.0625, 1}, 0.1)) << "the program is a step away";
  OutputQuality found = check(twoParts({"scores", 1, 0.0625, 1}), reference, output(0));
  EXPECT_EQ(found.unseen->value, "scores");
  EXPECT_EQ(found.unseen->low, 0);
  EXPECT_FLOAT_EQ(found.unseen->high, 0.02f);
  EXPECT_EQ(found.unseen->step, 0.0625);
  EXPECT_EQ(found.unseen->reach, 1);
}

/// A class that no sample shows is quiet in both.
TEST(OutputCheck, QuietSlices) {
  auto quality = [](double width, double error) {
    OutputParts parts{"out", {{"value", width}}, {}};
    auto reference = tensorOf(20, 40, [](auto r, auto c) { return c == 7 ? 0.001 * (r % 3) : wave(r, c); });
    auto output = tensorOf(20, 40, [&](auto r, auto c) { return c == 7 ? error : wave(r, c); });
    return check(parts, reference, output).collapses.size();
  };
  EXPECT_EQ(quality(2, 0.01), 0u);
  EXPECT_EQ(quality(HUGE_VAL, 0.01), 1u);
  EXPECT_EQ(quality(2, 0.5), 1u);
}

/// What a padding puts there is no signal, but must be what it was.
TEST(OutputCheck, Borders) {
  OutputParts parts{"out", {{"value"}}, tensorOf(4, 20, [](auto r, auto) { return r ? 0 : BorderLabels::border; })};
  auto reference = tensorOf(4, 20, [](auto r, auto c) { return r ? wave(r, c) : 7; });
  EXPECT_TRUE(check(parts, reference, reference).collapses.empty());
  OutputQuality found = check(parts, reference, tensorOf(4, 20, [](auto r, auto c) { return r ? wave(r, c) : 0; }));
  ASSERT_EQ(found.collapses.size(), 1u);
  EXPECT_EQ(found.collapses[0].value, "");
  EXPECT_EQ(found.difference.total, 60);
}

TEST(OutputCheck, SamplesAddUp) {
  Tensor reference = tensorOf(1, 20, wave), zero = tensorOf(1, 20, [](auto, auto) { return 0.0; });
  for (size_t threads : {1, 3}) {
    auto found = checkOutputs({onePart, {"second", {{"other"}}, {}}}, {{reference, reference}, {reference, reference}},
                              {{reference, zero}, {reference, zero}}, threads);
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].difference.total, 40);
    EXPECT_TRUE(found[0].collapses.empty());
    EXPECT_EQ(found[1].name, "second");
    EXPECT_EQ(found[1].collapses.size(), 1u);
  }
}

} // namespace
