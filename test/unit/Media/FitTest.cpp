#include "tare/Media/Picture.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::media;

namespace {

/// Of gray pixels.
Picture gray(PictureSize size, const std::vector<uint8_t> &values) {
  Picture picture;
  picture.size = size;
  for (uint8_t value : values)
    picture.rgb.insert(picture.rgb.end(), 3, value);
  return picture;
}

std::vector<int> values(const Picture &picture) {
  std::vector<int> all;
  for (size_t i = 0; i != picture.rgb.size(); i += 3)
    all.push_back(picture.rgb[i]);
  return all;
}

std::vector<int> fit(const Picture &picture, PictureSize size, const FitOptions &options) {
  Result<Picture> result = fitted(picture, size, options);
  return result ? values(*result) : std::vector<int>{};
}

const Picture ramp = gray({4, 2}, {10, 20, 30, 40, 50, 60, 70, 80});

} // namespace

TEST(Fit, BilinearBetweenCenters) {
  // ONNX's Resize with half_pixel, by hand.
  EXPECT_EQ(fit(gray({2, 1}, {0, 100}), {4, 1}, {Fit::stretch}), (std::vector<int>{0, 25, 75, 100}));
  EXPECT_EQ(fit(gray({4, 1}, {0, 10, 20, 31}), {2, 1}, {Fit::stretch}), (std::vector<int>{5, 26}));
  EXPECT_EQ(fit(gray({1, 2}, {0, 100}), {2, 4}, {Fit::stretch}), (std::vector<int>{0, 0, 25, 25, 75, 75, 100, 100}));
  EXPECT_EQ(fit(ramp, {4, 2}, {Fit::stretch}), values(ramp));
}

TEST(Fit, LetterboxKeepsTheShape) {
  const std::vector<int> wanted = {7, 7, 7, 7, 10, 20, 30, 40, 50, 60, 70, 80, 7, 7, 7, 7};
  EXPECT_EQ(fit(ramp, {4, 4}, {Fit::letterbox, {7, 7, 7}}), wanted);
  // What is left over of an odd number is behind.
  EXPECT_EQ(fit(gray({1, 1}, {9}), {2, 1}, {Fit::letterbox, {1, 1, 1}}), (std::vector<int>{9, 1}));
}

TEST(Fit, CropTakesTheMiddle) {
  EXPECT_EQ(fit(ramp, {2, 2}, {Fit::crop}), (std::vector<int>{20, 30, 60, 70}));
  EXPECT_EQ(fit(ramp, {2, 1}, {Fit::crop, {}, 2}), (std::vector<int>{20, 30}));
  EXPECT_EQ(fitted(ramp, {2, 2}, {Fit::crop, {}, 1}).error().message,
            "has 4 x 2 pixels, 2 x 1 where its shorter side is 1, and 2 x 2 cannot be cut from them; give a larger "
            "shorter_side");
  // A line of pixels would become a picture of any size.
  EXPECT_FALSE(fitted(gray({4000, 1}, std::vector<uint8_t>(4000)), {224, 224}, {Fit::crop, {}, 60000}));
}

TEST(Fit, NothingFitsByItself) {
  EXPECT_EQ(fit(ramp, {4, 2}, {}), values(ramp));
  EXPECT_EQ(fitted(ramp, {2, 2}, {}).error().message,
            "has 4 x 2 pixels, expected 2 x 2; give --preprocess a file with resize: stretch, letterbox or crop");
}
