#include "Support.h"

using namespace tare;
using namespace tare::test;

TEST(Tensor, SizesAndNames) {
  EXPECT_EQ(sizeOf(ElementType::i16), 2u);
  EXPECT_EQ(nameOf(ElementType::boolean), "bool");
  EXPECT_EQ(toString(Shape{}), "scalar");
  EXPECT_EQ(toString(TensorType{ElementType::i8, {1, 32, 3}}), "int8 1x32x3");
  EXPECT_EQ(elementCount({}), 1);
  EXPECT_EQ(elementCount({3, 0, 2}), 0);
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
