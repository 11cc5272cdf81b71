#include "tare/Tensor/Convert.h"
#include "Support.h"

#include <cmath>
#include <limits>

using namespace tare;
using namespace tare::test;

TEST(Convert, WhatKeepsItsMeaning) {
  EXPECT_TRUE(isConvertible(ElementType::f64, ElementType::f32));
  EXPECT_TRUE(isConvertible(ElementType::u8, ElementType::f32));
  EXPECT_TRUE(isConvertible(ElementType::i64, ElementType::i8));
  EXPECT_FALSE(isConvertible(ElementType::f32, ElementType::i8));
}

TEST(Convert, ToFloat) {
  Tensor result(ElementType::f32, {3});
  ASSERT_TRUE(convert(makeTensor<uint8_t>({3}, {0, 128, 255}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<float>(result), (std::vector<float>{0, 128, 255}));
  ASSERT_TRUE(convert(makeTensor<double>({3}, {0.1, -2, INFINITY}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<float>(result), (std::vector<float>{0.1f, -2, INFINITY}));
}

TEST(Convert, IntegersThatFit) {
  Tensor result(ElementType::i8, {2});
  ASSERT_TRUE(convert(makeTensor<int64_t>({2}, {-128, 127}).view(), result.mutableView()));
  EXPECT_EQ(valuesOf<int8_t>(result), (std::vector<int8_t>{-128, 127}));
  Status status = convert(makeTensor<int64_t>({2}, {0, 128}).view(), result.mutableView());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "value 128 at element 1 does not fit int8");
}

TEST(Convert, DoublesBeyondFloat32) {
  Tensor doubles(ElementType::f64, {2}), floats(ElementType::f32, {2});
  doubles.mutableAs<double>()[0] = std::numeric_limits<double>::infinity();
  doubles.mutableAs<double>()[1] = 1e38;
  EXPECT_TRUE(convert(doubles.view(), floats.mutableView()));
  doubles.mutableAs<double>()[1] = 1e39;
  Status status = convert(doubles.view(), floats.mutableView());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "value 1e+39 at element 1 does not fit float32");
}

/// The nearest of all halves, ties to the one whose last bit is 0.
float nearestHalf(float value) {
  float best = 0;
  double least = HUGE_VAL;
  for (uint32_t bits = 0; bits < 0x7c00; ++bits) {
    double distance = std::abs(double(halfToFloat(uint16_t(bits))) - std::abs(double(value)));
    if (distance < least || (distance == least && bits % 2 == 0))
      least = distance, best = halfToFloat(uint16_t(bits));
  }
  return std::copysign(best, value);
}

TEST(Convert, RoundsToTheNearestHalf) {
  for (float value : {1.00048828125f, 1.00146484375f, 2049.0f, 2051.0f, -2049.0f, 65504.0f, -65519.9f, 2.98e-8f,
                      2.9802322e-8f, 3e-8f, -8.9e-8f, 6.1e-5f, 6.0975552e-5f, 0.1f, -33000.0f, 1e-20f})
    EXPECT_EQ(roundToHalf(value), nearestHalf(value)) << value;
  EXPECT_EQ(roundToHalf(65520.0f), std::numeric_limits<float>::infinity());
  EXPECT_EQ(roundToHalf(-1e9f), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::signbit(roundToHalf(-0.0f)));
  EXPECT_TRUE(std::isnan(roundToHalf(NAN)));
}

TEST(Convert, HalvesAsTheyAreStored) {
  // Every half is its own nearest one.
  Tensor values(ElementType::f32, {0x10000});
  for (int i = 0; i < 0x10000; ++i)
    values.mutableAs<float>()[i] = halfToFloat(uint16_t(i));
  Tensor halves = toHalf(values);
  EXPECT_EQ(halves.element(), ElementType::f16);
  const auto *bits = static_cast<const uint16_t *>(halves.data());
  for (int i = 0; i < 0x10000; ++i)
    if (!std::isnan(halfToFloat(uint16_t(i)))) {
      ASSERT_EQ(bits[i], i);
    } else {
      ASSERT_TRUE(std::isnan(halfToFloat(bits[i]))) << i;
    }
}

TEST(Convert, RoundsToTheNearestBfloat16) {
  EXPECT_EQ(roundToBfloat16(1.00390625f), 1.0f);
  EXPECT_EQ(roundToBfloat16(1.01171875f), 1.015625f);
  EXPECT_EQ(roundToBfloat16(-257.0f), -256.0f);
  EXPECT_EQ(roundToBfloat16(3.4e38f), std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(roundToBfloat16(NAN)));
}

TEST(Convert, HalfToFloat) {
  EXPECT_EQ(halfToFloat(0x0000), 0.0f);
  EXPECT_TRUE(std::signbit(halfToFloat(0x8000)));
  EXPECT_EQ(halfToFloat(0x3c00), 1.0f);
  EXPECT_EQ(halfToFloat(0xc000), -2.0f);
  EXPECT_EQ(halfToFloat(0x0001), 0x1p-24f);
  EXPECT_EQ(halfToFloat(0x7bff), 65504.0f);
  EXPECT_EQ(halfToFloat(0xfc00), -INFINITY);
  EXPECT_TRUE(std::isnan(halfToFloat(0x7e00)));
}

TEST(Convert, WhatIsConvertible) {
  const std::vector<ElementType> floats = {ElementType::f32, ElementType::f64};
  const std::vector<ElementType> others = {ElementType::i8,  ElementType::u8,  ElementType::i16,
                                           ElementType::u16, ElementType::i32, ElementType::u32,
                                           ElementType::i64, ElementType::u64, ElementType::boolean};
  for (ElementType to : floats)
    for (ElementType from : floats)
      EXPECT_TRUE(isConvertible(from, to));
  for (ElementType other : others) {
    for (ElementType real : floats) {
      EXPECT_TRUE(isConvertible(other, real));
      EXPECT_FALSE(isConvertible(real, other));
    }
    for (ElementType same : others)
      EXPECT_TRUE(isConvertible(other, same));
  }
}

namespace {
/// 1 of each type as each other one that it converts to.
template <typename From, typename To> void convertsOne() {
  Tensor from = makeTensor<From>({2}, {From(0), From(1)}), to(ElementTypeOf<To>::value, {2});
  ASSERT_TRUE(convert(from.view(), to.mutableView()));
  EXPECT_EQ(valuesOf<To>(to), (std::vector<To>{To(0), To(1)}));
}
template <typename From> void convertsOneToAll() {
  convertsOne<From, float>();
  convertsOne<From, double>();
  if constexpr (!std::is_floating_point_v<From>) {
    convertsOne<From, int8_t>(), convertsOne<From, uint8_t>(), convertsOne<From, int16_t>(),
        convertsOne<From, uint16_t>();
    convertsOne<From, int32_t>(), convertsOne<From, uint32_t>(), convertsOne<From, int64_t>(),
        convertsOne<From, uint64_t>();
  }
}
} // namespace

TEST(Convert, EveryPairOfTypes) {
  convertsOneToAll<float>(), convertsOneToAll<double>();
  convertsOneToAll<int8_t>(), convertsOneToAll<uint8_t>(), convertsOneToAll<int16_t>(), convertsOneToAll<uint16_t>();
  convertsOneToAll<int32_t>(), convertsOneToAll<uint32_t>(), convertsOneToAll<int64_t>(), convertsOneToAll<uint64_t>();
}

TEST(Convert, Bools) {
  Tensor bools(ElementType::boolean, {2}), bytes = makeTensor<uint8_t>({2}, {1, 0});
  ASSERT_TRUE(convert(bytes.view(), bools.mutableView()));
  EXPECT_TRUE(bools.as<bool>()[0]);
  EXPECT_FALSE(bools.as<bool>()[1]);
  Tensor back(ElementType::i64, {2});
  ASSERT_TRUE(convert(bools.view(), back.mutableView()));
  EXPECT_EQ(valuesOf<int64_t>(back), (std::vector<int64_t>{1, 0}));
  Status status = convert(makeTensor<int8_t>({2}, {1, 2}).view(), bools.mutableView());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "value 2 at element 1 does not fit bool");
  EXPECT_FALSE(convert(makeTensor<int8_t>({2}, {-1, 0}).view(), bools.mutableView()));
}

TEST(Convert, FloatsAreNoIntegers) {
  Tensor to(ElementType::i32, {1});
  Status status = convert(makeTensor<float>({1}, {1}).view(), to.mutableView());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "floats do not convert to integers");
}

TEST(Convert, Bfloat16OfAll) {
  Tensor rounded = toBfloat16(makeTensor<float>({3}, {1.00390625f, 1.01171875f, -3}));
  EXPECT_EQ(valuesOf<float>(rounded), (std::vector<float>{1.0f, 1.015625f, -3}));
}
