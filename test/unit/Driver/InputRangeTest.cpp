//===- InputRangeTest.cpp - Numbers that are not what an input holds ------===//
#include "Driver/Execute/InputRange.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace tare;

namespace {

/// Steps of 1 from -100 to 155.
constexpr RealRange held{-100, 155};

std::string told(RealRange found, double outside) { return misfit("x", held, found, outside).value_or(""); }

TEST(InputRange, ManyNumbersOutside) {
  EXPECT_EQ(told({-100, 300}, 0.25),
            "input 'x' is given numbers from -100 to 300, but its grid holds [-100, 155]: 25 % "
            "of them are cut off");
  EXPECT_EQ(told({-100, 300}, 0.1), "");
  EXPECT_NE(told({-100, 300}, 0.101), "");
  EXPECT_NE(told({-300, 100}, 0.101), "");
  // A step beyond an end is none.
  EXPECT_EQ(told({-101, 156}, 0.5), "");
  EXPECT_NE(told({-100, 156.5}, 0.5), "");
  EXPECT_NE(told({-101.5, 155}, 0.5), "");
}

/// What is as far beyond as the range is wide is another unit.
TEST(InputRange, FewNumbersFarOutside) {
  EXPECT_EQ(told({-100, 410}, 0.05), "");
  EXPECT_NE(told({-100, 411}, 0.05), "");
  EXPECT_EQ(told({-355, 100}, 0.05), "");
  EXPECT_NE(told({-356, 100}, 0.05), "");
  EXPECT_EQ(told({-100, 411}, 0.01), "");
  EXPECT_NE(told({-100, 411}, 0.011), "");
}

TEST(InputRange, FewStepsUsed) {
  EXPECT_EQ(told({0, 10.2}, 0),
            "input 'x' is given numbers from 0 to 10.2 only, but its grid holds [-100, 155]: 4 % of "
            "its steps are used");
  EXPECT_NE(told({0, 15.9}, 0), "");
  EXPECT_EQ(told({0, 15.9375}, 0), "");
  EXPECT_EQ(told({3, 3}, 0), "");
}

TEST(InputRange, Within) {
  auto cut = [](std::optional<qnn::Interval> range, std::vector<float> values) {
    Tensor tensor(ElementType::f32, {int64_t(values.size())});
    std::copy(values.begin(), values.end(), tensor.mutableAs<float>());
    Tensor result = within(range, tensor);
    return std::vector<float>(result.as<float>(), result.as<float>() + result.count());
  };
  EXPECT_EQ(cut(qnn::Interval(-1, 2), {-3, -1, 0.5, 2, 9}), (std::vector<float>{-1, -1, 0.5, 2, 2}));
  EXPECT_EQ(cut(std::nullopt, {-3, 9}), (std::vector<float>{-3, 9}));
  EXPECT_TRUE(std::isnan(cut(qnn::Interval(-1, 2), {NAN})[0]));
  Tensor integers(ElementType::i32, {1});
  integers.mutableAs<int32_t>()[0] = 7;
  EXPECT_EQ(within(qnn::Interval(-1, 2), integers).as<int32_t>()[0], 7);
}

} // namespace
