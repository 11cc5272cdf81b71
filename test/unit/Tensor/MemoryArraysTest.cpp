//===- MemoryArraysTest.cpp - Arrays in memory as data --------------------===//
#include "tare/Tensor/MemoryArrays.h"

#include "tare/Tensor/Dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

using namespace tare;
using testing::HasSubstr;

namespace {

/// Counts up from `first`.
Tensor counting(Shape shape, float first) {
  Tensor tensor(ElementType::f32, std::move(shape));
  std::iota(tensor.mutableAs<float>(), tensor.mutableAs<float>() + tensor.count(), first);
  return tensor;
}

std::string errorOf(const std::string &name, std::vector<InputDeclaration> inputs) {
  auto data = Dataset::open(name, std::move(inputs));
  return data ? "" : data.error().message;
}

/// Parts of one shape or another hold the same four samples.
TEST(MemoryArrays, PartsAreSamplesOrBatches) {
  const std::vector<std::vector<Shape>> forms = {
      {{2, 3}, {2, 3}, {2, 3}, {2, 3}}, {{3, 2, 3}, {1, 2, 3}}, {{4, 2, 3}}, {{8, 3}}, {{2, 3}, {6, 3}}};
  for (const std::vector<Shape> &shapes : forms) {
    std::vector<Tensor> parts;
    float next = 0;
    for (const Shape &shape : shapes) {
      parts.push_back(counting(shape, next));
      next += float(elementCount(shape));
    }
    MemoryArrays held("data", {{"x", parts}});
    auto data = Dataset::open(held.name(), {{"x", {ElementType::f32, {2, 3}}}});
    ASSERT_TRUE(data) << data.error().message;
    ASSERT_EQ((*data)->sampleCount(), 4);
    for (int i = 0; i != 4; ++i) {
      auto sample = (*data)->next();
      ASSERT_TRUE(sample && *sample);
      EXPECT_EQ((*sample)->inputs[0].as<float>()[0], float(6 * i));
      EXPECT_EQ((*sample)->inputs[0].as<float>()[5], float(6 * i + 5));
    }
  }
}

/// Parts without the axis of samples are samples, whose channels may be last.
TEST(MemoryArrays, PartsLackTheAxisOfSamples) {
  for (const Shape &shape : {Shape{3, 2, 4}, Shape{2, 4, 3}}) {
    MemoryArrays held("data", {{"x", {counting(shape, 0), counting(shape, 24)}}});
    auto data = Dataset::open(held.name(), {{"x", {ElementType::f32, {1, 3, 2, 4}}}});
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_EQ((*data)->sampleCount(), 2);
  }
}

TEST(MemoryArrays, WithoutAName) {
  MemoryArrays held("data", {{"", {counting({2, 3}, 0)}}});
  EXPECT_TRUE(Dataset::open(held.name(), {{"any", {ElementType::f32, {3}}}}));
  EXPECT_THAT(errorOf(held.name(), {{"a", {ElementType::f32, {3}}}, {"b", {ElementType::f32, {3}}}}),
              HasSubstr("data: arrays without names, the model has 2 inputs"));
}

TEST(MemoryArrays, NamesAreTheirOwn) {
  std::string second;
  {
    MemoryArrays one("data", {{"x", {counting({1}, 0)}}}), other("data", {{"x", {counting({1}, 0)}}});
    EXPECT_EQ(one.name(), "data");
    second = other.name();
    EXPECT_EQ(second, "data (2)");
    EXPECT_TRUE(MemoryArrays::find(second));
  }
  EXPECT_FALSE(MemoryArrays::find(second));
  EXPECT_FALSE(MemoryArrays::find("data"));
}

TEST(MemoryArrays, WhatDoesNotFitIsAnError) {
  MemoryArrays held("data", {{"x", {counting({2, 3}, 0), counting({2, 4}, 0)}}});
  EXPECT_THAT(errorOf(held.name(), {{"x", {ElementType::f32, {2, 3}}}}),
              HasSubstr("its parts differ in more than their first dimension"));
  EXPECT_THAT(errorOf(held.name(), {{"y", {ElementType::f32, {2, 3}}}}),
              HasSubstr("no array for the model's input 'y', only 'x'"));
}

} // namespace
