//===- ColumnSumsTest.cpp - Columns are what their elements are -----------===//
#include "Driver/Check/ColumnSums.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

void expectSame(const Elements &found, const Elements &expected) {
  EXPECT_EQ(found.difference.total, expected.difference.total);
  EXPECT_EQ(found.difference.differing, expected.difference.differing);
  EXPECT_EQ(found.difference.largest, expected.difference.largest);
  EXPECT_DOUBLE_EQ(found.difference.noise, expected.difference.noise);
  EXPECT_DOUBLE_EQ(found.difference.product, expected.difference.product);
  EXPECT_DOUBLE_EQ(found.difference.reference2, expected.difference.reference2);
  EXPECT_DOUBLE_EQ(found.difference.other2, expected.difference.other2);
  EXPECT_EQ(found.low, expected.low);
  EXPECT_EQ(found.high, expected.high);
  EXPECT_EQ(found.otherLow, expected.otherLow);
  EXPECT_EQ(found.otherHigh, expected.otherHigh);
}

TEST(ColumnSums, AreThoseOfTheElements) {
  const std::vector<std::vector<float>> reference = {{1, -2, 0.5f}, {3, 4, 0}, {INFINITY, 1, 1}, {-7, 0, 2}};
  const std::vector<std::vector<float>> other = {{1, -2.25f, 0}, {3, 5, 0}, {INFINITY, 1, 2}, {-7, 1, 1}};
  ColumnSums sums(3);
  std::vector<Elements> expected(3);
  for (size_t row = 0; row != reference.size(); ++row) {
    sums.add(reference[row].data(), other[row].data());
    for (size_t column = 0; column != 3; ++column)
      expected[column].add(reference[row][column], other[row][column]);
  }
  for (size_t column = 0; column != 3; ++column)
    expectSame(sums.at(column), expected[column]);
}

TEST(ColumnSums, NothingIsAddedToNothing) { expectSame(ColumnSums(1).at(0), Elements()); }

} // namespace
