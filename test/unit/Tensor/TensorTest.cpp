#include "Support.h"

#include <tuple>

using namespace tare;
using namespace tare::test;

TEST(Tensor, SizesAndNames) {
  EXPECT_EQ(sizeOf(ElementType::i16), 2u);
  EXPECT_EQ(nameOf(ElementType::boolean), "bool");
  EXPECT_EQ(toString(Shape{}), "scalar");
  EXPECT_EQ(toString(TensorType{ElementType::i8, {1, 32, 3}}), "int8 1x32x3");
  EXPECT_EQ(elementCount({}), 1);
  EXPECT_EQ(elementCount({3, 0, 2}), 0);
  EXPECT_EQ(elementCount({INT64_MAX, INT64_MAX, 0}), 0);
}

TEST(Tensor, CheckedBytes) {
  EXPECT_EQ(checkedBytes({ElementType::f32, {2, 3}}), 24u);
  EXPECT_EQ(checkedBytes({ElementType::f32, {}}), 4u);
  EXPECT_EQ(checkedBytes({ElementType::f32, {2, -1}}), std::nullopt);
  EXPECT_EQ(checkedBytes({ElementType::i8, {int64_t(1) << 40, 1 << 30}}), std::nullopt);
  // An empty array has no size, however long its other axes are.
  int64_t longest = INT64_MAX;
  EXPECT_EQ(checkedBytes({ElementType::f64, {longest, longest, 0}}), 0u);
}

TEST(Tensor, MemoryIsAlignedAndShared) {
  Tensor tensor = makeTensor<int32_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
  Tensor flat = tensor.reshaped({4});
  EXPECT_EQ(flat.data(), tensor.data());
  EXPECT_EQ(flat.shape(), Shape{4});
  tensor = Tensor();
  EXPECT_EQ(valuesOf<int32_t>(flat), (std::vector<int32_t>{1, 2, 3, 4}));
}

TEST(Tensor, EveryElementType) {
  const std::vector<std::tuple<ElementType, size_t, std::string>> types = {
      {ElementType::f32, 4, "float32"}, {ElementType::f64, 8, "float64"},  {ElementType::i8, 1, "int8"},
      {ElementType::u8, 1, "uint8"},    {ElementType::i16, 2, "int16"},    {ElementType::u16, 2, "uint16"},
      {ElementType::i32, 4, "int32"},   {ElementType::u32, 4, "uint32"},   {ElementType::i64, 8, "int64"},
      {ElementType::u64, 8, "uint64"},  {ElementType::boolean, 1, "bool"}, {ElementType::f16, 2, "float16"}};
  for (const auto &[type, bytes, name] : types) {
    EXPECT_EQ(sizeOf(type), bytes) << name;
    EXPECT_EQ(nameOf(type), name);
    EXPECT_EQ(checkedBytes({type, {3, 2}}), 6 * bytes);
  }
}

TEST(Tensor, CheckedBytesUpToTheLimit) {
  constexpr int64_t limit = int64_t(1) << 62;
  EXPECT_EQ(checkedBytes({ElementType::i8, {limit}}), size_t(limit));
  EXPECT_EQ(checkedBytes({ElementType::i8, {limit + 1}}), std::nullopt);
  EXPECT_EQ(checkedBytes({ElementType::f32, {limit / 8, 2}}), size_t(limit));
  EXPECT_EQ(checkedBytes({ElementType::f32, {limit / 8, 3}}), std::nullopt);
  EXPECT_EQ(checkedBytes({ElementType::f32, {2, limit / 4}}), std::nullopt);
  EXPECT_EQ(checkedBytes({ElementType::f32, {-1, 0}}), std::nullopt);
  EXPECT_EQ(checkedBytes({ElementType::f32, {0}}), 0u);
  EXPECT_EQ(checkedBytes({ElementType::f32, {1, 1}}), 4u);
}

/// A vector of the widest registers may read up to the end of the last 64 bytes, and may write none of them elsewhere.
TEST(Tensor, MemoryEndsBehindTheLastVector) {
  for (int64_t count : {0, 1, 63, 64, 65, 128}) {
    Tensor tensor(ElementType::u8, {count});
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensor.data()) % 64, 0u);
    std::fill_n(tensor.mutableAs<uint8_t>(), (count + 63) / 64 * 64, uint8_t(7));
    EXPECT_EQ(tensor.count(), count);
  }
}
