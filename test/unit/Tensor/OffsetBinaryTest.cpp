//===- OffsetBinaryTest.cpp - Unsigned integers as signed ones -------------===//
#include "tare/Tensor/OffsetBinary.h"

#include <gtest/gtest.h>

using namespace tare;

namespace {

/// (A54) u = q + 2^(bits - 1), for every u.
template <typename Unsigned, typename Signed> void checkAll(int64_t half) {
  int64_t count = 2 * half;
  Tensor integers(ElementTypeOf<Unsigned>::value, {count});
  for (int64_t i = 0; i < count; ++i)
    integers.mutableAs<Unsigned>()[i] = Unsigned(i);
  Tensor shifted = shiftedByHalf(integers);
  ASSERT_EQ(shifted.element(), ElementTypeOf<Signed>::value);
  Tensor back = shiftedByHalf(shifted);
  ASSERT_EQ(back.element(), ElementTypeOf<Unsigned>::value);
  for (int64_t i = 0; i < count; ++i) {
    ASSERT_EQ(shifted.as<Signed>()[i] + half, i);
    ASSERT_EQ(back.as<Unsigned>()[i], i);
  }
}

TEST(OffsetBinary, Bytes) { checkAll<uint8_t, int8_t>(128); }
TEST(OffsetBinary, Words) { checkAll<uint16_t, int16_t>(32768); }

TEST(OffsetBinary, WideIntegers) {
  Tensor integers(ElementType::u64, {2});
  integers.mutableAs<uint64_t>()[0] = 0;
  integers.mutableAs<uint64_t>()[1] = (uint64_t(1) << 63) + 7;
  Tensor shifted = shiftedByHalf(integers);
  EXPECT_EQ(shifted.as<int64_t>()[0], INT64_MIN);
  EXPECT_EQ(shifted.as<int64_t>()[1], 7);
}

/// What lies behind the elements stays.
TEST(OffsetBinary, NoElementMore) {
  std::vector<uint8_t> from = {0, 1, 2}, to = {7, 7, 7};
  shiftByHalf({{ElementType::u8, {2}}, from.data()}, {{ElementType::i8, {2}}, to.data()});
  EXPECT_EQ(to, (std::vector<uint8_t>{0x80, 0x81, 7}));
}

TEST(OffsetBinary, Types) {
  EXPECT_EQ(unsignedOf(ElementType::i32), ElementType::u32);
  EXPECT_EQ(signedOf(ElementType::u32), ElementType::i32);
  EXPECT_EQ(signedOf(ElementType::f32), ElementType::f32);
  EXPECT_EQ(unsignedOf(ElementType::boolean), ElementType::boolean);
  EXPECT_EQ(halfRange(ElementType::u16), 32768);
}

} // namespace
