// Matrix products: loops against cases computed by hand, oneDNN against loops.
#include "Tensors.h"

#include "tare/Kernels/Float.h"

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::floating;
using namespace tare::test;

namespace {

Tensor product(const Tensor &a, const Tensor &b, Shape shape, bool fast) {
  Tensor y(ElementType::f32, std::move(shape));
  (fast ? matMul : reference::matMul)(a.view(), b.view(), y.mutableView());
  return y;
}

TEST(FloatMatMul, ByHand) {
  Tensor a = tensor<float>({2, 2}, {1, 2, 3, 4});
  Tensor b = tensor<float>({2, 2}, {5, 6, 7, 8});
  Tensor v = tensor<float>({2}, {1, -1});
  for (bool fast : {false, true}) {
    EXPECT_EQ(elements<float>(product(a, b, {2, 2}, fast)), (std::vector<float>{19, 22, 43, 50}));
    EXPECT_EQ(elements<float>(product(a, v, {2}, fast)), (std::vector<float>{-1, -1}));
    EXPECT_EQ(elements<float>(product(v, a, {2}, fast)), (std::vector<float>{-2, -2}));
    EXPECT_EQ(elements<float>(product(v, v, {}, fast)), (std::vector<float>{2}));
  }
}

TEST(FloatMatMul, BroadcastsBatches) {
  // a [2, 1, 1, 2], b [3, 2, 1]: y[i, j] = a[i] . b[j]
  Tensor a = tensor<float>({2, 1, 1, 2}, {1, 0, 0, 1});
  Tensor b = tensor<float>({3, 2, 1}, {1, 2, 3, 4, 5, 6});
  for (bool fast : {false, true})
    EXPECT_EQ(elements<float>(product(a, b, {2, 3, 1, 1}, fast)), (std::vector<float>{1, 3, 5, 2, 4, 6}));
}

TEST(FloatMatMul, OneDnnEqualsLoops) {
  Random random(1);
  for (int i = 0; i < 60; ++i) {
    int64_t m = random.size(1, 40), k = random.size(1, 200), n = random.size(1, 40), batch = random.size(1, 3);
    Tensor a = random.floats({random.flip() ? batch : 1, 2, m, k});
    Tensor b = random.floats({random.flip() ? 2 : 1, k, n});
    Shape shape{a.shape()[0], 2, m, n};
    expectClose(product(a, b, shape, true), product(a, b, shape, false));
  }
}

TEST(FloatLinear, OneDnnEqualsLoops) {
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    int64_t k = random.size(1, 300), n = random.size(1, 100);
    Shape shape{random.size(1, 4), k};
    if (random.flip())
      shape.insert(shape.begin() + 1, random.size(1, 9));
    Tensor x = random.floats(shape), w = random.floats({n, k}), bias;
    if (random.flip())
      bias = random.floats({n});
    OptionalView biasView = bias ? OptionalView(bias.view()) : std::nullopt;
    shape.back() = n;
    Tensor expected(ElementType::f32, shape);
    reference::linear(x.view(), w.view(), biasView, expected.mutableView());
    PackedConstants constants;
    Tensor plain(ElementType::f32, shape), packed(ElementType::f32, shape);
    linear(x.view(), w.view(), biasView, plain.mutableView());
    linear(x.view(), w.view(), biasView, packed.mutableView(), &constants);
    expectClose(plain, expected);
    expectClose(packed, expected);
  }
}

} // namespace
