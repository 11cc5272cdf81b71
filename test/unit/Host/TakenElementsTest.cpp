// (A68) What operators that compute nothing take their elements from.
#include "tare/Host/TakenElements.h"

#include <gtest/gtest.h>

using namespace tare::host;

namespace {

using Places = std::vector<size_t>;

Places takenBy(const char *op, size_t numOperands, Attributes::Map attributes = {}) {
  return takenElements({op, 18, Attributes(std::move(attributes))}, numOperands).operands;
}

} // namespace

TEST(TakenElements, Selections) {
  EXPECT_EQ(takenBy("Gather", 2), Places{0});
  EXPECT_EQ(takenBy("OneHot", 3), Places{2});
  EXPECT_EQ(takenBy("Where", 3), (Places{1, 2}));
  EXPECT_EQ(takenBy("ScatterND", 3), (Places{0, 2}));
  EXPECT_EQ(takenBy("Concat", 3), (Places{0, 1, 2}));
}

TEST(TakenElements, WhatComputesTakesNothing) {
  EXPECT_EQ(takenBy("Add", 2), Places{});
  EXPECT_EQ(takenBy("ScatterND", 3, {{"reduction", std::string("add")}}), Places{});
  EXPECT_EQ(takenBy("ScatterND", 3, {{"reduction", std::string("none")}}), (Places{0, 2}));
  // Which elements these give is said by the elements.
  EXPECT_EQ(takenBy("TopK", 2), Places{});
  EXPECT_EQ(takenBy("Max", 2), Places{});
}

TEST(TakenElements, ZerosBeside) {
  EXPECT_TRUE(takenElements({"Trilu", 14}, 1).addsZero);
  EXPECT_FALSE(takenElements({"Gather", 13}, 2).addsZero);
}

TEST(TakenElements, AllAreOperators) {
  for (const char *op :
       {"Gather",          "GatherElements", "GatherND",      "Compress",     "OneHot",          "Scatter",
        "ScatterElements", "ScatterND",      "TensorScatter", "MaxUnpool",    "ReverseSequence", "Unique",
        "Where",           "Trilu",          "Slice",         "Split",        "CenterCropPad",   "Identity",
        "Dropout",         "Reshape",        "Flatten",       "Squeeze",      "Unsqueeze",       "Transpose",
        "Expand",          "Tile",           "DepthToSpace",  "SpaceToDepth", "Concat"}) {
    EXPECT_NE(Operators::get().find(op), nullptr) << op;
    EXPECT_FALSE(takenBy(op, 1).empty()) << op;
  }
}
