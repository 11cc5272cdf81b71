//===- LeastHashesTest.cpp - Samples that any order of data gives ---------===//
#include "Driver/Calibrate/LeastHashes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

using namespace tare;

namespace {

Tensor one(float value) {
  Tensor tensor(ElementType::f32, {1});
  tensor.mutableAs<float>()[0] = value;
  return tensor;
}

std::vector<float> keptOf(const std::vector<float> &values, size_t wanted) {
  LeastHashes least(wanted);
  for (size_t i = 0; i != values.size(); ++i)
    least.visit({int64_t(i), {one(values[i])}}, {one(-values[i])});
  std::vector<float> kept;
  for (const EvaluatedSample &sample : least.take()) {
    EXPECT_EQ(sample.outputs[0].as<float>()[0], -sample.inputs[0].as<float>()[0]);
    kept.push_back(sample.inputs[0].as<float>()[0]);
  }
  return kept;
}

TEST(LeastHashes, AreTheSameInAnyOrder) {
  std::vector<float> values;
  for (int i = 0; i != 100; ++i)
    values.push_back(float(i % 90));
  const std::vector<float> kept = keptOf(values, 20);
  EXPECT_EQ(kept.size(), 20u);
  std::ranges::reverse(values);
  EXPECT_EQ(keptOf(values, 20), kept);
  std::ranges::rotate(values, values.begin() + 37);
  EXPECT_EQ(keptOf(values, 20), kept);
}

TEST(LeastHashes, OfFewAllAreKept) {
  const std::vector<float> kept = keptOf({3, 1, 2}, 20);
  EXPECT_EQ(std::set<float>(kept.begin(), kept.end()), (std::set<float>{1, 2, 3}));
  EXPECT_TRUE(keptOf({3, 1, 2}, 0).empty());
}

} // namespace
