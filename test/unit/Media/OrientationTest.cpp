#include "Bytes.h"
#include "Decoders.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::media;
using namespace tare::test;

namespace {

std::vector<int> turned(int orientation) {
  // 1 2 3
  // 4 5 6
  Picture picture;
  picture.size = {3, 2};
  for (uint8_t value = 1; value <= 6; ++value)
    picture.rgb.insert(picture.rgb.end(), 3, value);
  picture = upright(picture, orientation);
  std::vector<int> all = {int(picture.size.width)};
  for (size_t i = 0; i != picture.rgb.size(); i += 3)
    all.push_back(picture.rgb[i]);
  return all;
}

std::string marker(bool isBigEndian, int orientation) {
  auto number = [&](uint64_t value, size_t bytes) {
    std::string text = little(value, bytes);
    return isBigEndian ? std::string(text.rbegin(), text.rend()) : text;
  };
  return std::string("Exif\0\0", 6) + (isBigEndian ? "MM" : "II") + number(42, 2) + number(8, 4) + number(1, 2) +
         number(0x112, 2) + number(3, 2) + number(1, 4) + number(uint64_t(orientation), 2) + number(0, 2);
}

} // namespace

TEST(Orientation, AllOfExifs) {
  // Where the stored first row and first column are: EXIF 2.32, 4.6.4.
  EXPECT_EQ(turned(1), (std::vector<int>{3, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(turned(2), (std::vector<int>{3, 3, 2, 1, 6, 5, 4})); // top, right
  EXPECT_EQ(turned(3), (std::vector<int>{3, 6, 5, 4, 3, 2, 1})); // bottom, right
  EXPECT_EQ(turned(4), (std::vector<int>{3, 4, 5, 6, 1, 2, 3})); // bottom, left
  EXPECT_EQ(turned(5), (std::vector<int>{2, 1, 4, 2, 5, 3, 6})); // left, top
  EXPECT_EQ(turned(6), (std::vector<int>{2, 4, 1, 5, 2, 6, 3})); // right, top
  EXPECT_EQ(turned(7), (std::vector<int>{2, 6, 3, 5, 2, 4, 1})); // right, bottom
  EXPECT_EQ(turned(8), (std::vector<int>{2, 3, 6, 2, 5, 1, 4})); // left, bottom
}

TEST(Orientation, IsReadInBothByteOrders) {
  for (bool isBigEndian : {false, true})
    EXPECT_EQ(exifOrientation(bytesOf(marker(isBigEndian, 6))), 6);
  EXPECT_EQ(exifOrientation(bytesOf(marker(false, 9))), 1);
  // Cut off anywhere it says nothing.
  const std::string whole = marker(false, 6);
  for (size_t length = 0; length != whole.size() - 2; ++length)
    EXPECT_EQ(exifOrientation(bytesOf(whole).first(length)), 1) << length;
}
