#include "tare/Media/Preprocessing.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::media;

TEST(DeviceFormats, TextsAndBack) {
  const ColourSpace limited709 = {ColourSpace::Matrix::bt709, ColourSpace::Range::limited};
  const std::pair<DeviceFormat, const char *> cases[] = {
      {{PixelFormat::rgb}, "NHWC rgb"},
      {{PixelFormat::bgr}, "NHWC bgr"},
      {{PixelFormat::gray}, "NHWC gray"},
      {{PixelFormat::yuv444}, "NHWC yuv444 bt601 full"},
      {{PixelFormat::nv12, ElementType::u8, limited709}, "nv12 bt709 limited"}};
  for (const auto &[format, text] : cases) {
    EXPECT_EQ(layoutText(format), text);
    std::optional<DeviceFormat> back = deviceFormatOf(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->pixels, format.pixels);
    EXPECT_EQ(back->colours, format.colours);
  }
  EXPECT_EQ(layoutText({PixelFormat::elements}), "");
  for (const char *other : {"", "NHWC", "NCHW", "NC", "NHWC uint8", "rgbx"})
    EXPECT_FALSE(deviceFormatOf(other)) << other;
}

TEST(DeviceFormats, Options) {
  auto parsed = parseInputType("a=b=nv12");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->first, "a=b");
  EXPECT_EQ(parsed->second.pixels, PixelFormat::nv12);
  EXPECT_EQ(parseInputType("x=int16")->second.element, ElementType::i16);
  for (const char *wrong : {"", "x", "rgb", "=rgb", "x=", "x=RGB"})
    EXPECT_EQ(parseInputType(wrong).error().message,
              std::string("--input-type: found '") + wrong +
                  "', expected NAME=TYPE with TYPE one of uint8, rgb, bgr, gray, nv12, yuv444, int16");
}

TEST(DeviceFormats, Shapes) {
  auto shape = [](PixelFormat pixels, Shape network) {
    Result<Shape> found = deviceShape({pixels}, network, std::nullopt);
    return found ? *found : Shape{};
  };
  EXPECT_EQ(shape(PixelFormat::rgb, {1, 3, 4, 6}), (Shape{1, 4, 6, 3}));
  EXPECT_EQ(shape(PixelFormat::yuv444, {1, 4, 6, 3}), (Shape{1, 4, 6, 3}));
  EXPECT_EQ(shape(PixelFormat::nv12, {1, 3, 4, 6}), (Shape{1, 6, 6}));
  EXPECT_EQ(shape(PixelFormat::gray, {1, 3, 4, 6}), (Shape{1, 4, 6, 1}));
  EXPECT_EQ(shape(PixelFormat::gray, {1, 1, 4, 6}), (Shape{1, 4, 6, 1}));
  EXPECT_EQ(shape(PixelFormat::elements, {5}), (Shape{5}));
  EXPECT_EQ(shape(PixelFormat::rgb, {1, 1, 4, 6}), Shape{});
  EXPECT_EQ(shape(PixelFormat::rgb, {2, 3, 4, 6}), Shape{});
  EXPECT_EQ(deviceShape({PixelFormat::nv12}, {1, 3, 5, 6}, std::nullopt).error().message,
            "has pictures of 6 x 5 pixels, but nv12 has a colour for two by two: both sides must be even");
}

TEST(DeviceFormats, ChannelsAtBothEnds) {
  EXPECT_EQ(pictureShape({1, 3, 8, 3}, std::nullopt).error().message,
            "has the shape 1x3x8x3, whose channels may be first or last; give --preprocess a file with layout: nchw or "
            "nhwc");
  EXPECT_EQ(pictureShape({1, 3, 8, 3}, Layout::nchw)->size, (PictureSize{3, 8}));
  EXPECT_EQ(pictureShape({1, 3, 8, 3}, Layout::nhwc)->size, (PictureSize{8, 3}));
  EXPECT_FALSE(pictureShape({1, 3, 8, 8}, Layout::nhwc));
}
