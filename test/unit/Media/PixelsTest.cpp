#include "tare/Media/Preprocessing.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace tare;
using namespace tare::media;
using Matrix = ColourSpace::Matrix;
using Range = ColourSpace::Range;

namespace {

Picture of(PictureSize size, std::vector<uint8_t> rgb) {
  Picture picture;
  picture.size = size;
  picture.rgb = std::move(rgb);
  return picture;
}

std::vector<int> numbers(const Tensor &tensor) { return {tensor.as<uint8_t>(), tensor.as<uint8_t>() + tensor.count()}; }

std::vector<int> yuvOf(std::vector<uint8_t> rgb, ColourSpace space) {
  return numbers(toDevice(of({1, 1}, std::move(rgb)), {PixelFormat::yuv444, ElementType::u8, space}, {1, 1, 1, 3}));
}

} // namespace

TEST(Pixels, ColoursOfTheStandards) {
  // ITU-R BT.601 and BT.709: the corners of the cube.
  EXPECT_EQ(yuvOf({255, 255, 255}, {Matrix::bt601, Range::full}), (std::vector<int>{255, 128, 128}));
  EXPECT_EQ(yuvOf({255, 255, 255}, {Matrix::bt601, Range::limited}), (std::vector<int>{235, 128, 128}));
  EXPECT_EQ(yuvOf({0, 0, 0}, {Matrix::bt709, Range::limited}), (std::vector<int>{16, 128, 128}));
  EXPECT_EQ(yuvOf({255, 0, 0}, {Matrix::bt601, Range::limited}), (std::vector<int>{81, 90, 240}));
  EXPECT_EQ(yuvOf({0, 0, 255}, {Matrix::bt601, Range::limited}), (std::vector<int>{41, 240, 110}));
  EXPECT_EQ(yuvOf({0, 255, 0}, {Matrix::bt709, Range::limited}), (std::vector<int>{173, 42, 26}));
}

TEST(Pixels, TheMatrixIsTheInverse) {
  for (ColourSpace space : {ColourSpace{Matrix::bt601, Range::full}, ColourSpace{Matrix::bt601, Range::limited},
                            ColourSpace{Matrix::bt709, Range::full}, ColourSpace{Matrix::bt709, Range::limited}}) {
    const YuvToRgb colours = yuvToRgb(space);
    for (int number = 0; number != 512; ++number) {
      const std::vector<uint8_t> rgb = {uint8_t(number % 8 * 36), uint8_t(number / 8 % 8 * 36),
                                        uint8_t(number / 64 * 36)};
      const std::vector<int> yuv = yuvOf(rgb, space);
      for (int row = 0; row != 3; ++row) {
        double back = 0;
        for (int c = 0; c != 3; ++c)
          back += colours.matrix[row][c] * (yuv[size_t(c)] - colours.offset[c]);
        // Each of the three was rounded.
        EXPECT_NEAR(back, rgb[size_t(row)], 2.0);
      }
    }
  }
}

TEST(Pixels, OrdersOfChannels) {
  const Picture picture = of({2, 1}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(numbers(toDevice(picture, {PixelFormat::rgb}, {1, 1, 2, 3})), (std::vector<int>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(numbers(toDevice(picture, {PixelFormat::bgr}, {1, 1, 2, 3})), (std::vector<int>{3, 2, 1, 6, 5, 4}));
  const TensorType planes{ElementType::u8, {1, 3, 1, 2}}, pixels{ElementType::u8, {1, 1, 2, 3}};
  Preprocessing how;
  EXPECT_EQ(numbers(toNetwork(picture, planes, {{2, 1}, 3, Layout::nchw}, how)), (std::vector<int>{1, 4, 2, 5, 3, 6}));
  how.order = ChannelOrder::bgr;
  EXPECT_EQ(numbers(toNetwork(picture, pixels, {{2, 1}, 3, Layout::nhwc}, how)), (std::vector<int>{3, 2, 1, 6, 5, 4}));
}

TEST(Pixels, ArithmeticOfEachChannel) {
  Preprocessing how;
  how.scale = 1.0 / 255, how.mean = {0.1, 0.2, 0.3}, how.std = {0.5, 0.25, 2};
  const Tensor tensor =
      toNetwork(of({1, 1}, {255, 51, 102}), {ElementType::f32, {1, 3, 1, 1}}, {{1, 1}, 3, Layout::nchw}, how);
  EXPECT_FLOAT_EQ(tensor.as<float>()[0], 1.8f);
  EXPECT_NEAR(tensor.as<float>()[1], 0, 1e-6);
  EXPECT_FLOAT_EQ(tensor.as<float>()[2], 0.05f);
}

TEST(Pixels, Nv12HasAColourForFour) {
  // Three pixels are red and one is blue.
  const Picture picture = of({2, 2}, {255, 0, 0, 255, 0, 0, 0, 0, 255, 255, 0, 0});
  const std::vector<int> frame =
      numbers(toDevice(picture, {PixelFormat::nv12, ElementType::u8, {Matrix::bt601, Range::limited}}, {1, 3, 2}));
  // Y of each; then Cb and Cr, (3 * 90.2 + 240) / 4 and (3 * 240 + 109.8) / 4.
  EXPECT_EQ(frame, (std::vector<int>{81, 81, 41, 81, 128, 207}));
}

TEST(Pixels, GrayIsLuma) {
  EXPECT_EQ(numbers(toDevice(of({1, 1}, {100, 200, 50}), {PixelFormat::gray}, {1, 1, 1, 1})),
            (std::vector<int>{int(std::floor(0.299 * 100 + 0.587 * 200 + 0.114 * 50 + 0.5))}));
}
