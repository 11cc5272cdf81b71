//===- MovementsTest.cpp - Ways through layers that only move elements ----===//
#include "NetworkBuilder.h"

#include "tare/Program/Movements.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::program;
using namespace tare::test;

TEST(Movements, AnAxisStaysWhereAReshapeKeepsIt) {
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {2, 3, 2, 2}, 0), 0);
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {2, 3, 2, 2}, 1), 1);
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {2, 3, 2, 2}, 2), std::nullopt);
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {6, 4}, 2), 1);
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {6, 4}, 1), std::nullopt);
  EXPECT_EQ(axisAfterReshape({2, 3, 4}, {1, 2, 1, 3, 4}, 1), 3);
  // The same size at another place is another dimension.
  EXPECT_EQ(axisAfterReshape({2, 3, 2}, {3, 2, 2}, 0), std::nullopt);
  EXPECT_EQ(axisAfterReshape({2, 3, 2}, {3, 2, 2}, 2), 2);
}

TEST(Movements, WhatMovesIsMoreThanWhatRearranges) {
  for (Op kind : EnumValuesOp()) {
    EXPECT_EQ(rearranges(kind), kind == Op::Transpose || kind == Op::Reshape) << EnumNameOp(kind);
    EXPECT_EQ(movesElements(kind), rearranges(kind) || kind == Op::Slice || kind == Op::Concat) << EnumNameOp(kind);
  }
}

/// Layers 0 turn, 1 flat, 2 rescaled.
class Passages : public testing::Test {
protected:
  Passages() {
    TransposeT turn;
    turn.permutation = {1, 0};
    ReshapeT flat;
    flat.shape = {6};
    RescaleT rescaled;
    rescaled.requant = requant({1 << 14}, {15});
    x = builder.input("x", {ElementType::i8, {2, 3}});
    turned = builder.layer("turn", std::move(turn), {x});
    flattened = builder.layer("flat", std::move(flat), {turned});
    y = builder.layer("rescaled", std::move(rescaled), {flattened});
    builder.output("y", y);
  }

  static std::optional<size_t> next(uint32_t tensor, std::initializer_list<uint32_t> tensors) {
    for (size_t i = 0; i != tensors.size(); ++i)
      if (tensors.begin()[i] == tensor)
        return i;
    return std::nullopt;
  }

  NetworkBuilder builder;
  uint32_t x, turned, flattened, y;
};

TEST_F(Passages, LeadToTheFirstThatDoesSomethingElse) {
  const ProgramT &program = builder.program;
  auto reader = [&](uint32_t tensor) { return next(tensor, {x, turned, flattened}); };
  Passage passage = passageToReader(program, x, reader);
  EXPECT_EQ(passage.movements, (std::vector<size_t>{0, 1}));
  EXPECT_EQ(passage.end, 2);
  // From behind the movements there is nothing on the way.
  passage = passageToReader(program, flattened, reader);
  EXPECT_TRUE(passage.movements.empty());
  EXPECT_EQ(passage.end, 2);
}

TEST_F(Passages, EndWhereTheyFork) {
  Passage passage = passageToReader(builder.program, x, [&](uint32_t tensor) { return next(tensor, {x}); });
  EXPECT_EQ(passage.movements, (std::vector<size_t>{0}));
  EXPECT_EQ(passage.end, std::nullopt);
}

TEST_F(Passages, LeadBackToTheInput) {
  auto writer = [&](uint32_t tensor) { return next(tensor, {turned, flattened, y}); };
  Passage passage = passageToWriter(builder.program, flattened, writer);
  EXPECT_EQ(passage.movements, (std::vector<size_t>{1, 0}));
  EXPECT_EQ(passage.end, std::nullopt);
  EXPECT_EQ(passageToWriter(builder.program, y, writer).end, 2);
}
