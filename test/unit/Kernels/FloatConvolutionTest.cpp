// Convolutions: loops against cases computed by hand, oneDNN against loops.
#include "Tensors.h"

#include "tare/Kernels/Float.h"

#include <thread>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::floating;
using namespace tare::test;

namespace {

struct Case {
  Geometry geometry;
  Tensor x, w, bias;
  Shape shape;

  OptionalView biasView() const { return bias ? OptionalView(bias.view()) : std::nullopt; }
};

Case randomCase(Random &random, bool transposed, int64_t limit = 12) {
  Case c;
  size_t rank = random.size(1, 2);
  Geometry &g = c.geometry;
  g.pads.resize(2 * rank);
  std::vector<int64_t> spatial, outputPadding;
  for (size_t d = 0; d < rank; ++d) {
    g.kernel.push_back(random.size(1, 4));
    g.strides.push_back(random.size(1, 3));
    g.dilations.push_back(random.size(1, 2));
    g.pads[d] = random.size(0, g.kernel[d] - 1);
    g.pads[rank + d] = random.size(0, g.kernel[d] - 1);
    spatial.push_back(random.size(g.extent(d), g.extent(d) + limit));
    outputPadding.push_back(random.size(0, g.strides[d] - 1));
  }
  g.group = random.size(1, 3);
  int64_t inputs = random.size(1, 20), outputs = random.size(1, 20);
  if (random.size(0, 3) == 0) {
    g.group = random.size(2, 40);
    inputs = 1;
    outputs = random.size(1, 2);
  }
  Shape x{random.size(1, 2), inputs * g.group};
  Shape w{outputs * g.group, inputs};
  if (transposed)
    w = {inputs * g.group, outputs};
  std::vector<int64_t> sizes = transposed ? transposedOutputSizes(spatial, g, outputPadding) : outputSizes(spatial, g);
  c.shape = {x[0], outputs * g.group};
  x.insert(x.end(), spatial.begin(), spatial.end());
  w.insert(w.end(), g.kernel.begin(), g.kernel.end());
  c.shape.insert(c.shape.end(), sizes.begin(), sizes.end());
  c.x = random.floats(x);
  c.w = random.floats(w);
  if (random.flip())
    c.bias = random.floats({outputs * g.group});
  return c;
}

/// [I, O / group, kernel..] -> [O, I / group, kernel..]
Tensor outputsFirst(const Tensor &w, int64_t groups) {
  Shape shape = w.shape();
  const int64_t inputs = shape[0] / groups, outputs = shape[1], plane = w.count() / (shape[0] * outputs);
  shape[0] = outputs * groups, shape[1] = inputs;
  Tensor turned(ElementType::f32, shape);
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t o = 0; o < outputs; ++o)
      for (int64_t i = 0; i < inputs; ++i)
        std::copy_n(w.as<float>() + ((g * inputs + i) * outputs + o) * plane, plane,
                    turned.mutableAs<float>() + ((g * outputs + o) * inputs + i) * plane);
  return turned;
}

Tensor runConv(const Case &c, PackedConstants *constants = nullptr) {
  Tensor y(ElementType::f32, c.shape);
  conv(c.x.view(), c.w.view(), c.biasView(), c.geometry, y.mutableView(), constants);
  return y;
}

TEST(FloatConv, ByHand) {
  // 1 2 3 / 4 5 6 / 7 8 9 under 1 0 / 0 -1: every element minus its diagonal
  // neighbour.
  Tensor x = tensor<float>({1, 1, 3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  Tensor w = tensor<float>({1, 1, 2, 2}, {1, 0, 0, -1});
  Tensor bias = tensor<float>({1}, {10});
  Tensor y(ElementType::f32, {1, 1, 2, 2});
  Geometry geometry{{2, 2}, {}, {}, {}, 1};
  reference::conv(x.view(), w.view(), bias.view(), geometry, y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{6, 6, 6, 6}));

  // Pads before the first row and column only.
  geometry.pads = {1, 1, 0, 0};
  Tensor padded(ElementType::f32, {1, 1, 3, 3});
  reference::conv(x.view(), w.view(), std::nullopt, geometry, padded.mutableView());
  EXPECT_EQ(elements<float>(padded), (std::vector<float>{-1, -2, -3, -4, -4, -4, -7, -4, -4}));
}

TEST(FloatConv, DilatedGroupsByHand) {
  Tensor x = tensor<float>({1, 2, 4}, {1, 2, 3, 4, 10, 20, 30, 40});
  Tensor w = tensor<float>({2, 1, 2}, {1, 1, 1, -1});
  Tensor y(ElementType::f32, {1, 2, 2});
  Geometry geometry{{2}, {1}, {0, 0}, {2}, 2};
  reference::conv(x.view(), w.view(), std::nullopt, geometry, y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{4, 6, -20, -20}));
}

TEST(FloatConvTranspose, ByHand) {
  // Stride 2: two copies of the kernel that overlap in one element.
  Tensor x = tensor<float>({1, 1, 2}, {1, 10});
  Tensor w = tensor<float>({1, 1, 3}, {1, 2, 3});
  Geometry geometry{{3}, {2}, {0, 0}, {1}, 1};
  Tensor y(ElementType::f32, {1, 1, 6});
  EXPECT_EQ(transposedOutputSizes({{2}}, geometry, {{1}}), std::vector<int64_t>{6});
  reference::convTranspose(x.view(), w.view(), std::nullopt, geometry, y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{1, 2, 13, 20, 30, 0}));
}

TEST(FloatConv, OneDnnEqualsLoops) {
  Random random(1);
  for (int i = 0; i < 150; ++i) {
    Case c = randomCase(random, false);
    Tensor expected(ElementType::f32, c.shape);
    reference::conv(c.x.view(), c.w.view(), c.biasView(), c.geometry, expected.mutableView());
    PackedConstants constants;
    expectClose(runConv(c), expected);
    expectClose(runConv(c, &constants), expected);
    expectClose(runConv(c, &constants), expected);
  }
}

TEST(FloatConv, ChannelsMayBeLast) {
  Random random(3);
  for (int i = 0; i < 150; ++i) {
    Case c = randomCase(random, false);
    if (c.shape.size() != 4)
      continue;
    Tensor expected(ElementType::f32, c.shape);
    reference::conv(c.x.view(), c.w.view(), c.biasView(), c.geometry, expected.mutableView());
    for (ChannelOrder x : {ChannelOrder::first, ChannelOrder::last})
      for (ChannelOrder y : {ChannelOrder::first, ChannelOrder::last}) {
        Tensor from = x == ChannelOrder::last ? channelsLast(c.x) : c.x;
        Tensor wanted = y == ChannelOrder::last ? channelsLast(expected) : expected;
        Tensor actual(wanted.type());
        PackedConstants constants;
        conv(from.view(), c.w.view(), c.biasView(), c.geometry, actual.mutableView(), &constants, {x, y});
        expectClose(actual, wanted);
        for (Clamp clamp : {Clamp{0, INFINITY}, Clamp{0, 6}, Clamp{-1, 0.5f}}) {
          Tensor clamped(wanted.type());
          conv(from.view(), c.w.view(), c.biasView(), c.geometry, clamped.mutableView(), &constants, {x, y}, clamp);
          for (int64_t i = 0; i < actual.count(); ++i)
            ASSERT_EQ(clamped.as<float>()[i], std::clamp(actual.as<float>()[i], clamp.low, clamp.high));
        }
      }
  }
}

/// A window of one pixel, of images whose channels are last.
Case randomPoints(Random &random) {
  Case c;
  int64_t images = random.size(1, 3), inputs = random.size(1, 70), outputs = random.size(1, 70);
  int64_t height = random.size(1, 9), width = random.size(1, 9);
  c.geometry = {{1, 1}, {1, 1}, {0, 0, 0, 0}, {}, 1};
  c.x = random.floats({images, height, width, inputs});
  c.w = random.floats({outputs, inputs, 1, 1});
  if (random.flip())
    c.bias = random.floats({outputs});
  c.shape = {images, height, width, outputs};
  return c;
}

Tensor runPoints(const Case &c, const Tensor &x, Shape shape) {
  Tensor y(ElementType::f32, std::move(shape));
  PackedConstants constants;
  conv(x.view(), c.w.view(), c.biasView(), c.geometry, y.mutableView(), &constants,
       {ChannelOrder::last, ChannelOrder::last});
  return y;
}

TEST(FloatConv, PointsAreRowsOfALinearLayer) {
  Random random(6);
  for (int i = 0; i < 100; ++i) {
    Case c = randomPoints(random);
    Tensor expected(ElementType::f32, c.shape);
    reference::linear(c.x.view(), c.w.view(), c.biasView(), expected.mutableView());
    Tensor whole = runPoints(c, c.x, c.shape);
    expectClose(whole, expected);
    // An image's results do not depend on the others of its batch.
    const int64_t input = c.x.count() / c.shape[0], output = whole.count() / c.shape[0];
    for (int64_t n = 0; n < c.shape[0]; ++n) {
      Shape from = c.x.shape(), to = c.shape;
      from[0] = to[0] = 1;
      Tensor x(ElementType::f32, from);
      std::copy_n(c.x.as<float>() + n * input, input, x.mutableAs<float>());
      Tensor y = runPoints(c, x, to);
      EXPECT_EQ(std::memcmp(y.data(), whole.as<float>() + n * output, output * sizeof(float)), 0);
    }
  }
}

TEST(FloatConvTranspose, OneDnnEqualsLoops) {
  Random random(2);
  for (int i = 0; i < 150; ++i) {
    Case c = randomCase(random, true);
    if (elementCount(c.shape) <= 0)
      continue;
    Tensor expected(ElementType::f32, c.shape), actual = expected;
    actual = Tensor(ElementType::f32, c.shape);
    reference::convTranspose(c.x.view(), c.w.view(), c.biasView(), c.geometry, expected.mutableView());
    convTranspose(c.x.view(), c.w.view(), c.biasView(), c.geometry, actual.mutableView());
    expectClose(actual, expected);
    Tensor turned = outputsFirst(c.w, c.geometry.group);
    PackedConstants constants;
    for (PackedConstants *packed : {(PackedConstants *)nullptr, &constants, &constants}) {
      convTranspose(c.x.view(), turned.view(), c.biasView(), c.geometry, actual.mutableView(), packed,
                    WeightOrder::outputsFirst);
      expectClose(actual, expected);
    }
    reference::convTranspose(c.x.view(), turned.view(), c.biasView(), c.geometry, actual.mutableView(),
                             WeightOrder::outputsFirst);
    expectClose(actual, expected);
  }
}

TEST(FloatConv, BatchDoesNotMatter) {
  Random random(4);
  for (int i = 0; i < 20; ++i) {
    Case c = randomCase(random, false);
    Tensor whole = runConv(c);
    int64_t input = c.x.count() / c.x.shape()[0];
    int64_t output = whole.count() / c.shape[0];
    for (int64_t n = 0; n < c.shape[0]; ++n) {
      Case one = c;
      one.shape[0] = 1;
      Shape shape = c.x.shape();
      shape[0] = 1;
      one.x = Tensor(ElementType::f32, shape);
      std::copy_n(c.x.as<float>() + n * input, input, one.x.mutableAs<float>());
      Tensor y = runConv(one);
      EXPECT_EQ(std::memcmp(y.data(), whole.as<float>() + n * output, output * sizeof(float)), 0);
    }
  }
}

TEST(FloatConv, SeveralThreadsAtOnce) {
  Random random(5);
  std::vector<Case> cases;
  std::vector<Tensor> expected;
  for (int i = 0; i < 12; ++i) {
    cases.push_back(randomCase(random, false));
    expected.push_back(runConv(cases.back()));
  }
  PackedConstants constants;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round)
        for (size_t i = 0; i < cases.size(); ++i)
          expectSameBits(runConv(cases[i], &constants), expected[i]);
    });
  for (std::thread &thread : threads)
    thread.join();
}

} // namespace
