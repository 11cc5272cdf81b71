//===- HeadroomTest.cpp - Bits to spare, to the one -----------------------===//
#include "Driver/Inspect/Headroom.h"

#include "NetworkBuilder.h"

#include "tare/Program/Reader.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// Of y[2] = linear(x[3]) on a zero point of -100, with this bias in the second channel. x - Z is from -28 to 227, sum
/// |w| is 6 and sum w is 2: the bias b of the program is that of the model, less -100 * 2.
std::optional<int> headroomOfBias(int32_t bias) {
  test::NetworkBuilder builder;
  uint32_t x = builder.input("x", {ElementType::i8, {1, 3}});
  uint32_t w = builder.constant<int8_t>("w", {2, 3}, {0, 0, 1, 1, -2, 3});
  uint32_t b = builder.constant<int32_t>("b", {2}, {0, bias});
  program::LinearT linear;
  linear.requant = test::requant({20000}, {20});
  uint32_t y = builder.layer("fc", std::move(linear), {x, w, b});
  builder.program.tensors[x]->scales = {0.5};
  builder.program.tensors[x]->zero_point = -100;
  builder.output("y", y);
  auto file = std::make_shared<std::vector<std::byte>>(builder.bytes());
  auto model = program::readMemory(*file, file, "made by hand");
  EXPECT_TRUE(model);
  return headroomOf(**model, *(*model)->program().layers[0]);
}

/// 6 * 227 + |b - 200| of 2047 is 11 bits and a sign of 32.
TEST(Headroom, IsOfTheBiasBeforeTheZeroPointWasFolded) {
  EXPECT_EQ(headroomOfBias(885), 20);
  EXPECT_EQ(headroomOfBias(886), 19);
  EXPECT_EQ(headroomOfBias(-485), 20);
  EXPECT_EQ(headroomOfBias(-486), 19);
}

TEST(Headroom, IsOfWhatAccumulatesAlone) {
  test::NetworkBuilder builder = test::smallNetwork();
  auto file = std::make_shared<std::vector<std::byte>>(builder.bytes());
  auto model = program::readMemory(*file, file, "made by hand");
  ASSERT_TRUE(model);
  for (const auto &layer : (*model)->program().layers) {
    bool sums = layer->op.type == program::Op::Conv || layer->op.type == program::Op::Linear;
    EXPECT_EQ(headroomOf(**model, *layer).has_value(), sums) << layer->name;
  }
}

} // namespace
