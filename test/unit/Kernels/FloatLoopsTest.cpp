// Kernels that are loops: element-wise, normalizing and resizing ones.
#include "Tensors.h"

#include "tare/Kernels/Elementwise.h"
#include "tare/Kernels/Float.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::kernels;
using namespace tare::kernels::floating;
using namespace tare::test;

namespace {

TEST(FloatBinary, Broadcasts) {
  Tensor a = tensor<float>({2, 1, 2}, {1, 2, 3, 4});
  Tensor b = tensor<float>({3, 1}, {10, 20, 30});
  Tensor y(ElementType::f32, {2, 3, 2});
  add(a.view(), b.view(), y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34}));
  sub(b.view(), a.view(), y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{9, 8, 19, 18, 29, 28, 7, 6, 17, 16, 27, 26}));
}

TEST(FloatBinary, EveryBroadcastEqualsIndexing) {
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    size_t rank = random.size(0, 4);
    Shape shape, aShape, bShape;
    for (size_t d = 0; d < rank; ++d) {
      shape.push_back(random.size(1, 4));
      bool aOne = random.flip(), bOne = !aOne && random.flip();
      aShape.push_back(aOne ? 1 : shape[d]);
      bShape.push_back(bOne ? 1 : shape[d]);
    }
    // Leading dimensions of one may be missing.
    while (!bShape.empty() && bShape[0] == 1 && random.flip())
      bShape.erase(bShape.begin());
    Tensor a = random.floats(aShape), b = random.floats(bShape);
    Tensor y(ElementType::f32, shape);
    mul(a.view(), b.view(), y.mutableView());
    auto at = [&](const Tensor &t, int64_t flat) {
      int64_t offset = 0, stride = 1;
      for (size_t d = 0; d < shape.size(); ++d) {
        size_t fromLast = shape.size() - 1 - d;
        int64_t index = flat % shape[fromLast];
        flat /= shape[fromLast];
        if (d >= t.shape().size())
          continue;
        int64_t size = t.shape()[t.shape().size() - 1 - d];
        offset += (size == 1 ? 0 : index) * stride;
        stride *= size;
      }
      return t.as<float>()[offset];
    };
    for (int64_t j = 0; j < y.count(); ++j)
      ASSERT_EQ(y.as<float>()[j], at(a, j) * at(b, j));
  }
}

TEST(FloatUnary, TakesACallable) {
  Tensor x = tensor<float>({3}, {-1, 0, 2}), y(ElementType::f32, {3});
  floating::unary(x.view(), y.mutableView(), [](float v) { return v < 0 ? 0 : v; });
  EXPECT_EQ(elements<float>(y), (std::vector<float>{0, 0, 2}));
}

TEST(FloatPRelu, SlopePerChannel) {
  Tensor x = tensor<float>({1, 2, 2}, {-1, 1, -2, 2});
  Tensor slope = tensor<float>({2, 1}, {0.5f, 0.25f});
  Tensor y(ElementType::f32, {1, 2, 2});
  prelu(x.view(), slope.view(), y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{-0.5f, 1, -0.5f, 2}));
}

TEST(FloatBatchNorm, PerChannel) {
  Tensor x = tensor<float>({1, 2, 2}, {1, 2, 3, 4});
  Tensor scale = tensor<float>({2}, {2, 1}), bias = tensor<float>({2}, {0, 1});
  Tensor mean = tensor<float>({2}, {1, 3}), var = tensor<float>({2}, {3, 0});
  Tensor y(ElementType::f32, {1, 2, 2});
  batchNorm(x.view(), scale.view(), bias.view(), mean.view(), var.view(), 1.0, y.mutableView());
  EXPECT_EQ(elements<float>(y), (std::vector<float>{0, 1, 1, 2}));
}

TEST(FloatSoftmax, AlongAnyAxis) {
  Tensor x = tensor<float>({2, 2}, {0, 1000, std::log(3.0f), 1000});
  Tensor y(ElementType::f32, {2, 2});
  softmax(x.view(), 0, y.mutableView());
  expectClose(y, tensor<float>({2, 2}, {0.25f, 0.5f, 0.75f, 0.5f}));
  softmax(x.view(), 1, y.mutableView());
  expectClose(y, tensor<float>({2, 2}, {0, 1, 0, 1}));
}

/// The elements of each row, as the formula in double has them; a row has the same bits alone.
TEST(FloatSoftmax, OfRowsOfAnyLength) {
  Random random(6);
  for (int64_t size : {1, 2, 7, 8, 9, 63, 500, 5000}) {
    const int64_t rows = random.size(1, 12);
    Tensor x = random.floats({rows, size}), y(ElementType::f32, {rows, size}), alone(ElementType::f32, {1, size});
    softmax(x.view(), 1, y.mutableView());
    for (int64_t row = 0; row < rows; ++row) {
      const float *from = x.as<float>() + row * size, *to = y.as<float>() + row * size;
      const double largest = *std::max_element(from, from + size);
      double sum = 0;
      for (int64_t j = 0; j < size; ++j)
        sum += std::exp(from[j] - largest);
      for (int64_t j = 0; j < size; ++j) {
        const double expected = std::exp(from[j] - largest) / sum;
        ASSERT_NEAR(to[j], expected, 4e-7 * expected);
      }
      softmax({{ElementType::f32, {1, size}}, from}, 1, alone.mutableView());
      ASSERT_EQ(0, std::memcmp(alone.data(), to, size * sizeof(float)));
    }
  }
}

/// Masked elements are 0; a row with NaN, or of nothing else than masked ones, is NaN.
TEST(FloatSoftmax, OfMaskedRows) {
  const float masked = -INFINITY;
  Tensor x = tensor<float>({3, 3}, {masked, 1, 1, masked, masked, masked, 0, NAN, 0});
  Tensor y(ElementType::f32, {3, 3});
  softmax(x.view(), 1, y.mutableView());
  std::vector<float> values = elements<float>(y);
  EXPECT_EQ(std::vector<float>(values.begin(), values.begin() + 3), (std::vector<float>{0, 0.5f, 0.5f}));
  EXPECT_TRUE(std::all_of(values.begin() + 3, values.end(), [](float value) { return std::isnan(value); }));
}

TEST(FloatReduceMean, OverAnyAxes) {
  Tensor x = iota<float>({2, 3, 2});
  auto mean = [&](std::vector<int64_t> axes, Shape shape) {
    Tensor y(ElementType::f32, std::move(shape));
    reduceMean(x.view(), axes, y.mutableView());
    return elements<float>(y);
  };
  EXPECT_EQ(mean({1}, {2, 2}), (std::vector<float>{2, 3, 8, 9}));
  EXPECT_EQ(mean({0, 2}, {1, 3, 1}), (std::vector<float>{3.5f, 5.5f, 7.5f}));
  EXPECT_EQ(mean({0, 1, 2}, {}), (std::vector<float>{5.5f}));
  EXPECT_EQ(mean({}, {2, 3, 2}), elements<float>(x));
}

TEST(ResizeCoordinates, Nearest) {
  using Indices = std::vector<int32_t>;
  auto lower = [](ResizeExtent extent, CoordinateMode mode, NearestMode rounding) {
    return nearestCoordinates(extent, mode, rounding).lower;
  };
  EXPECT_EQ(lower({2, 4, 2}, CoordinateMode::halfPixel, NearestMode::roundPreferFloor), (Indices{0, 0, 1, 1}));
  EXPECT_EQ(lower({2, 4, 2}, CoordinateMode::asymmetric, NearestMode::roundPreferCeil), (Indices{0, 1, 1, 1}));
  EXPECT_EQ(lower({4, 3, 0.75f}, CoordinateMode::alignCorners, NearestMode::floor), (Indices{0, 1, 3}));
}

TEST(ResizeLinear, EachMode) {
  Tensor x = tensor<float>({1, 1, 2}, {0, 8});
  auto resized = [&](CoordinateMode mode, float scale, int64_t output) {
    std::vector<ResizeAxis> axes{linearCoordinates({1, 1, 1}, mode), linearCoordinates({1, 1, 1}, mode),
                                 linearCoordinates({2, output, scale}, mode)};
    Tensor y(ElementType::f32, {1, 1, output});
    resizeLinear(x.view(), axes, y.mutableView());
    return elements<float>(y);
  };
  EXPECT_EQ(resized(CoordinateMode::halfPixel, 2, 4), (std::vector<float>{0, 2, 6, 8}));
  EXPECT_EQ(resized(CoordinateMode::asymmetric, 2, 4), (std::vector<float>{0, 4, 8, 8}));
  EXPECT_EQ(resized(CoordinateMode::alignCorners, 2.5f, 5), (std::vector<float>{0, 2, 4, 6, 8}));
  EXPECT_EQ(resized(CoordinateMode::pytorchHalfPixel, 0.5f, 1), (std::vector<float>{0}));
  // 2 * 1.5 elements cut to 2: the centre stays, 0.5 * 2 / 3 before it.
  EXPECT_NEAR(resized(CoordinateMode::halfPixelSymmetric, 1.25f, 2)[0], 0.8f, 1e-6);
}

TEST(ResizeModes, ByName) {
  EXPECT_EQ(coordinateModeOf("align_corners"), CoordinateMode::alignCorners);
  EXPECT_EQ(nearestModeOf("round_prefer_ceil"), NearestMode::roundPreferCeil);
  EXPECT_FALSE(coordinateModeOf("tf_crop_and_resize"));
}

} // namespace
