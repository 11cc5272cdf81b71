// Kernels that move elements, against indexing.
#include "Tensors.h"

#include "tare/Kernels/Movement.h"

#include <numeric>

using namespace tare;
using namespace tare::kernels;
using namespace tare::test;

namespace {

template <typename T> class Movement : public testing::Test {};
using Sizes = testing::Types<int8_t, int16_t, float, int64_t>;
TYPED_TEST_SUITE(Movement, Sizes);

TYPED_TEST(Movement, Slice) {
  Tensor x = iota<TypeParam>({2, 3, 4});
  Tensor y(x.element(), {1, 2, 2});
  slice(x.view(), {{1, 2, 3}}, {{1, -2, -2}}, y.mutableView());
  EXPECT_EQ(elements<TypeParam>(y), (std::vector<TypeParam>{23, 21, 15, 13}));
}

TYPED_TEST(Movement, Pad) {
  Tensor x = tensor<TypeParam>({1, 3}, {1, 2, 3});
  TypeParam value = 9;
  Tensor y(x.element(), {2, 7});
  auto padded = [&](program::PadMode mode) {
    pad(x.view(), {{0, 2}}, mode, &value, y.mutableView());
    return elements<TypeParam>(y);
  };
  EXPECT_EQ(padded(program::PadMode::constant), (std::vector<TypeParam>{9, 9, 1, 2, 3, 9, 9, 9, 9, 9, 9, 9, 9, 9}));
  EXPECT_EQ(padded(program::PadMode::edge), (std::vector<TypeParam>{1, 1, 1, 2, 3, 3, 3, 1, 1, 1, 2, 3, 3, 3}));
  EXPECT_EQ(padded(program::PadMode::reflect), (std::vector<TypeParam>{3, 2, 1, 2, 3, 2, 1, 3, 2, 1, 2, 3, 2, 1}));
}

TYPED_TEST(Movement, NegativePadCrops) {
  Tensor x = iota<TypeParam>({5});
  TypeParam value = 9;
  Tensor y(x.element(), {3});
  pad(x.view(), {{-3}}, program::PadMode::constant, &value, y.mutableView());
  EXPECT_EQ(elements<TypeParam>(y), (std::vector<TypeParam>{3, 4, 9}));
}

TYPED_TEST(Movement, Concat) {
  Tensor a = tensor<TypeParam>({2, 1}, {1, 2});
  Tensor b = tensor<TypeParam>({2, 2}, {3, 4, 5, 6});
  Tensor y(a.element(), {2, 3});
  concat({{a.view(), b.view()}}, 1, y.mutableView());
  EXPECT_EQ(elements<TypeParam>(y), (std::vector<TypeParam>{1, 3, 4, 2, 5, 6}));
}

// (A30)
TYPED_TEST(Movement, ResizeNearest) {
  Tensor x = tensor<TypeParam>({1, 2}, {1, 2});
  ResizeAxis rows{{0, 0}, {}, {}}, columns{{0, 0, 1, 1}, {}, {}};
  Tensor y(x.element(), {2, 4});
  resizeNearest(x.view(), {{rows, columns}}, y.mutableView());
  EXPECT_EQ(elements<TypeParam>(y), (std::vector<TypeParam>{1, 1, 2, 2, 1, 1, 2, 2}));
}

TYPED_TEST(Movement, EveryTransposeEqualsIndexing) {
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    size_t rank = random.size(0, 5);
    Shape shape;
    for (size_t d = 0; d < rank; ++d)
      shape.push_back(random.size(1, rank > 2 ? 6 : 70));
    std::vector<int64_t> permutation(rank), strides(rank, 1);
    std::iota(permutation.begin(), permutation.end(), 0);
    for (size_t d = rank; d-- > 1;)
      std::swap(permutation[d], permutation[random.size(0, d)]);
    for (size_t d = rank; d-- > 1;)
      strides[d - 1] = strides[d] * shape[d];
    Shape target;
    for (int64_t d : permutation)
      target.push_back(shape[d]);
    Tensor x = iota<TypeParam>(shape), y(x.element(), target);
    transpose(x.view(), permutation, y.mutableView());
    for (int64_t j = 0; j < y.count(); ++j) {
      int64_t rest = j, source = 0;
      for (size_t d = rank; d-- > 0; rest /= target[d])
        source += rest % target[d] * strides[permutation[d]];
      ASSERT_EQ(y.as<TypeParam>()[j], x.as<TypeParam>()[source]);
    }
  }
}

} // namespace
