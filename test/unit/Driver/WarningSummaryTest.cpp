//===- WarningSummaryTest.cpp - Few warnings, ranked ----------------------===//
#include "Driver/Compile/WarningSummary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace tare;
using testing::ElementsAre;

namespace {

Warning warning(std::string kind, std::string layer, double cost, CostUnit unit = CostUnit::lsb) {
  return {std::move(kind), "why", layer, cost, unit, layer + " loses", "mend it"};
}

TEST(WarningSummary, TheWorstStandsForItsGroup) {
  std::vector<Warning> warnings = {warning("a", "a1", 1), warning("b", "b1", 3), warning("a", "a2", 5),
                                   warning("a", "a3", 1)};
  EXPECT_THAT(
      warningLines(warnings, false),
      ElementsAre("a2 loses; mend it (the worst of 3 such warnings; the others: 'a1', 'a3'; --verbose shows all)",
                  "b1 loses; mend it"));
  EXPECT_THAT(warningLines(warnings, true),
              ElementsAre("a2 loses; mend it", "a1 loses; mend it", "a3 loses; mend it", "b1 loses; mend it"));
}

/// Three others are all named; of four only the first three.
TEST(WarningSummary, NamesThreeOthers) {
  std::vector<Warning> warnings;
  for (int i = 1; i <= 4; ++i)
    warnings.push_back(warning("a", "a" + std::to_string(i), 10 - i));
  EXPECT_THAT(warningLines(warnings, false), ElementsAre("a1 loses; mend it (the worst of 4 such warnings; the others: "
                                                         "'a2', 'a3', 'a4'; --verbose shows all)"));
  warnings.push_back(warning("a", "a5", 0.5));
  EXPECT_THAT(warningLines(warnings, false), ElementsAre("a1 loses; mend it (the worst of 5 such warnings; the others: "
                                                         "'a2', 'a3', 'a4', ..; --verbose shows all)"));
}

/// A layer of several such warnings is named once; where there is no other, none is.
TEST(WarningSummary, EachLayerIsNamedOnce) {
  std::vector<Warning> warnings = {warning("a", "x", 3), warning("a", "y", 2),   warning("a", "x", 2),
                                   warning("a", "y", 1), warning("b", "z", 0.5), warning("b", "z", 0.25)};
  EXPECT_THAT(warningLines(warnings, false),
              ElementsAre("x loses; mend it (the worst of 4 such warnings; the others: 'y'; --verbose shows all)",
                          "z loses; mend it (the worst of 2 such warnings; --verbose shows all)"));
}

TEST(WarningSummary, UnitsComeInTheirOrder) {
  std::vector<Warning> warnings = {warning("n", "none", 0, CostUnit::none), warning("r", "real", 9, CostUnit::real),
                                   warning("l", "lsb", 2, CostUnit::lsb),
                                   warning("d", "decibel", 1, CostUnit::decibel)};
  EXPECT_THAT(warningLines(warnings, false), ElementsAre("decibel loses; mend it", "lsb loses; mend it",
                                                         "real loses; mend it", "none loses; mend it"));
}

/// Without a cost the first is the first; what has no kind is like no other, and another cause is another group.
TEST(WarningSummary, GroupsHaveOneKindAndOneCause) {
  std::vector<Warning> warnings = {warning("n", "x", 0, CostUnit::none), warning("n", "y", 0, CostUnit::none),
                                   warning("n", "z", 0, CostUnit::none), warning("", "p", 0, CostUnit::none),
                                   warning("", "q", 0, CostUnit::none)};
  warnings[2].cause = "another";
  EXPECT_THAT(warningLines(warnings, false),
              ElementsAre("x loses; mend it (the first of 2 such warnings; the others: 'y'; --verbose shows all)",
                          "z loses; mend it", "p loses; mend it", "q loses; mend it"));
}

/// docs/tools.md: what costs less than 0.05 LSB, of a 16-bit result less than one, is a remark.
TEST(WarningSummary, LittleIsARemark) {
  std::vector<Warning> warnings = {warning("a", "little", 0.0499), warning("b", "enough", 0.05),
                                   warning("c", "wide", 0.99), warning("d", "wider", 1),
                                   warning("e", "real", 0.01, CostUnit::real)};
  warnings[2].isWide = warnings[3].isWide = true;
  EXPECT_THAT(warningLines(warnings, false),
              ElementsAre("wider loses; mend it", "enough loses; mend it", "real loses; mend it"));
  EXPECT_THAT(remarkLines(warnings), ElementsAre("wide loses; mend it", "little loses; mend it"));
}

} // namespace
