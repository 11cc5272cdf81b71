// Poolings: loops against cases computed by hand, oneDNN against loops.
#include "Tensors.h"

#include "tare/Kernels/Float.h"

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::floating;
using namespace tare::test;

namespace {

using Sizes = std::vector<int64_t>;

TEST(PoolGeometry, OutputSizes) {
  Geometry geometry{{3}, {2}, {0, 0}, {}, 1};
  EXPECT_EQ(outputSizes({{6}}, geometry), Sizes{2});
  EXPECT_EQ(outputSizes({{6}}, geometry, true), Sizes{3});
  // The third window would start beyond input and begin padding.
  Geometry strided{{1}, {3}, {0, 0}, {}, 1};
  EXPECT_EQ(outputSizes({{5}}, strided, true), Sizes{2});
  Geometry tooLarge{{7}, {1}, {0, 0}, {}, 1};
  EXPECT_EQ(outputSizes({{6}}, tooLarge), Sizes{0});
}

TEST(FloatMaxPool, PaddingNeverWins) {
  Tensor x = tensor<float>({1, 1, 3}, {-3, -2, -1});
  Geometry geometry{{2}, {1}, {1, 1}, {}, 1};
  for (bool fast : {false, true}) {
    Tensor y(ElementType::f32, {1, 1, 4});
    fast ? maxPool(x.view(), geometry, y.mutableView()) : reference::maxPool(x.view(), geometry, y.mutableView());
    EXPECT_EQ(elements<float>(y), (std::vector<float>{-3, -2, -1, -1}));
  }
}

TEST(FloatMaxPool, MinusInfinityIsBelowAllNumbers) {
  constexpr float infinity = std::numeric_limits<float>::infinity(), lowest = std::numeric_limits<float>::lowest();
  Tensor x = tensor<float>({1, 1, 4}, {-infinity, -infinity, lowest, 1});
  Geometry geometry{{2}, {1}, {0, 0}, {}, 1};
  for (bool fast : {false, true}) {
    Tensor y(ElementType::f32, {1, 1, 3});
    fast ? maxPool(x.view(), geometry, y.mutableView()) : reference::maxPool(x.view(), geometry, y.mutableView());
    EXPECT_EQ(elements<float>(y), (std::vector<float>{-infinity, lowest, 1}));
  }
}

/// One window of all of a plane, of any size.
TEST(FloatMaxPool, WholePlanes) {
  Random random(8);
  for (int64_t size : {1, 3, 15, 16, 17, 508}) {
    Tensor x = random.floats({2, 3, 1, size}), y(ElementType::f32, {2, 3, 1, 1}), expected(ElementType::f32, y.shape());
    x.mutableAs<float>()[size - 1] = std::nanf("");
    std::fill_n(x.mutableAs<float>() + size, size, -std::numeric_limits<float>::infinity());
    Geometry whole{{1, size}, {1, 1}, {0, 0, 0, 0}, {}, 1};
    maxPool(x.view(), whole, y.mutableView());
    reference::maxPool(x.view(), whole, expected.mutableView());
    EXPECT_TRUE(std::isnan(y.as<float>()[0]));
    EXPECT_EQ(y.as<float>()[1], -std::numeric_limits<float>::infinity());
    for (int64_t p = 2; p < 6; ++p)
      EXPECT_EQ(y.as<float>()[p], expected.as<float>()[p]);
  }
}

TEST(FloatAveragePool, WhatCounts) {
  // Window 3, stride 2, one pad before and after, ceil: the last window is
  // [5, 6, beyond]: 4 elements + 1 pad + 1 that ceil adds.
  Tensor x = tensor<float>({1, 1, 4}, {2, 4, 6, 8});
  Geometry geometry{{3}, {2}, {1, 1}, {}, 1};
  EXPECT_EQ(outputSizes({{4}}, geometry, true), Sizes{3});
  for (bool fast : {false, true}) {
    auto run = [&](const ConstTensorView &x, const Geometry &geometry, bool countIncludePad, const TensorView &y) {
      fast ? averagePool(x, geometry, countIncludePad, y) : reference::averagePool(x, geometry, countIncludePad, y);
    };
    Tensor y(ElementType::f32, {1, 1, 3});
    run(x.view(), geometry, false, y.mutableView());
    EXPECT_EQ(elements<float>(y), (std::vector<float>{3, 6, 8}));
    run(x.view(), geometry, true, y.mutableView());
    EXPECT_EQ(elements<float>(y), (std::vector<float>{2, 6, 4}));
  }
}

/// 10^12 taps, of which 16 million lie within the input.
TEST(FloatPool, WindowsFarLargerThanTheInput) {
  constexpr int64_t size = 4, kernel = 1000, outputs = size + kernel - 1;
  std::vector<float> values(size * size);
  for (size_t i = 0; i != values.size(); ++i)
    values[i] = float(i);
  Tensor x = tensor<float>({1, 1, size, size}, values);
  Geometry geometry{{kernel, kernel}, {1, 1}, {kernel - 1, kernel - 1, kernel - 1, kernel - 1}, {}, 1};
  Tensor largest(ElementType::f32, {1, 1, outputs, outputs}), mean(ElementType::f32, {1, 1, outputs, outputs});
  maxPool(x.view(), geometry, largest.mutableView());
  averagePool(x.view(), geometry, /*countIncludePad=*/false, mean.mutableView());
  // The rows, or columns, [first, last] of output o.
  auto first = [](int64_t o) { return std::max<int64_t>(o - kernel + 1, 0); };
  auto last = [](int64_t o) { return std::min<int64_t>(o, size - 1); };
  for (int64_t h = 0; h != outputs; ++h)
    for (int64_t w = 0; w != outputs; ++w) {
      ASSERT_EQ(largest.as<float>()[h * outputs + w], float(last(h) * size + last(w))) << h << ", " << w;
      ASSERT_EQ(mean.as<float>()[h * outputs + w], (first(h) + last(h)) * 0.5f * size + (first(w) + last(w)) * 0.5f)
          << h << ", " << w;
    }
}

TEST(FloatPool, OneDnnEqualsLoops) {
  Random random(1);
  for (int i = 0; i < 150; ++i) {
    size_t rank = random.size(1, 2);
    Geometry g;
    g.pads.resize(2 * rank);
    Sizes spatial;
    bool dilated = random.size(0, 3) == 0, ceil = random.flip();
    for (size_t d = 0; d < rank; ++d) {
      g.kernel.push_back(random.size(1, 4));
      g.strides.push_back(random.size(1, 3));
      g.dilations.push_back(dilated ? 2 : 1);
      g.pads[d] = random.size(0, g.kernel[d] - 1);
      g.pads[rank + d] = random.size(0, g.kernel[d] - 1);
      spatial.push_back(random.size(g.extent(d), 20));
    }
    Shape shape{random.size(1, 2), random.size(1, 20)}, target = shape;
    shape.insert(shape.end(), spatial.begin(), spatial.end());
    Sizes sizes = outputSizes(spatial, g, ceil);
    target.insert(target.end(), sizes.begin(), sizes.end());
    Tensor x = random.floats(shape);
    Tensor expected(ElementType::f32, target), actual(ElementType::f32, target);
    reference::maxPool(x.view(), g, expected.mutableView());
    maxPool(x.view(), g, actual.mutableView());
    expectSameBits(actual, expected);
    bool image = rank == 2;
    Tensor last = image ? channelsLast(x) : Tensor(), actualLast = image ? channelsLast(actual) : Tensor();
    if (image) {
      maxPool(last.view(), g, actualLast.mutableView(), ChannelOrder::last);
      expectSameBits(actualLast, channelsLast(expected));
    }
    for (bool countIncludePad : {false, true}) {
      reference::averagePool(x.view(), g, countIncludePad, expected.mutableView());
      averagePool(x.view(), g, countIncludePad, actual.mutableView());
      expectClose(actual, expected);
      if (!image)
        continue;
      averagePool(last.view(), g, countIncludePad, actualLast.mutableView(), ChannelOrder::last);
      expectClose(actualLast, channelsLast(expected));
    }
  }
}

} // namespace
