#include "Bytes.h"
#include "Decoders.h"

#include <gtest/gtest.h>

using namespace tare;
using namespace tare::media;
using namespace tare::test;

namespace {

struct Bmp {
  int32_t width = 2, height = 2;
  uint32_t bits = 24, compression = 0, colours = 0;
  std::string palette = "";
  std::string pixels;

  std::string file() const {
    const std::string header = little(40, 4) + little(uint32_t(width), 4) + little(uint32_t(height), 4) + little(1, 2) +
                               little(bits, 2) + little(compression, 4) + std::string(12, '\0') + little(colours, 4) +
                               little(0, 4);
    const size_t offset = 14 + header.size() + palette.size();
    return "BM" + little(offset + pixels.size(), 4) + little(0, 4) + little(offset, 4) + header + palette + pixels;
  }
};

std::string errorOf(const Bmp &bmp) {
  const std::string file = bmp.file();
  Result<Picture> picture = readBmp(bytesOf(file));
  return picture ? "" : picture.error().message;
}

} // namespace

TEST(Bmp, RowsFromTheBottomBlueFirst) {
  // Two bytes fill each row up to four.
  Bmp bmp{.pixels = std::string("\1\2\3\4\5\6\0\0\7\10\11\12\13\14\0\0", 16)};
  const std::string file = bmp.file();
  Result<Picture> picture = readBmp(bytesOf(file));
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->rgb, (std::vector<uint8_t>{9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4}));
  bmp.height = -2;
  const std::string fromTop = bmp.file();
  EXPECT_EQ(readBmp(bytesOf(fromTop))->rgb, (std::vector<uint8_t>{3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10}));
}

TEST(Bmp, Palette) {
  Bmp bmp{.width = 3, .height = 1, .bits = 1, .palette = std::string("\1\2\3\0\4\5\6\0", 8), .pixels = "\xa0"};
  bmp.pixels.resize(4);
  const std::string file = bmp.file();
  Result<Picture> picture = readBmp(bytesOf(file));
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture->rgb, (std::vector<uint8_t>{6, 5, 4, 3, 2, 1, 6, 5, 4}));
  // 4 bits may name a colour that is not there.
  bmp.bits = 4, bmp.colours = 2, bmp.pixels[0] = '\x12';
  EXPECT_EQ(errorOf(bmp), "has a pixel of a colour that its palette does not have");
}

TEST(Bmp, Errors) {
  const std::string whole(16, 'x');
  EXPECT_EQ(errorOf({.pixels = whole.substr(1)}), "is no whole BMP file: the pixels end early");
  EXPECT_EQ(errorOf({.bits = 8, .compression = 1, .pixels = whole}),
            "is a BMP file of 8 bits per pixel with compression 1, expected one of 1, 4, 8, 24 or 32 bits without; "
            "convert it to PNG");
  EXPECT_EQ(errorOf({.bits = 8, .pixels = whole}), "is no whole BMP file: the palette is missing");
  const std::string cut = Bmp{.pixels = whole}.file().substr(0, 53);
  EXPECT_EQ(sizeOfBmp(bytesOf(cut)).error().message, "is no whole BMP file: the header is missing");
}

TEST(Bmp, SizesAreCheckedByTheCaller) {
  Bmp bmp{.width = INT32_MAX, .height = INT32_MIN, .pixels = ""};
  const std::string file = bmp.file();
  Result<PictureSize> size = sizeOfBmp(bytesOf(file));
  ASSERT_TRUE(size);
  EXPECT_EQ(*size, (PictureSize{INT32_MAX, int64_t(1) << 31}));
  EXPECT_FALSE(checkSize(*size));
  EXPECT_FALSE(checkSize({0, 4}));
  EXPECT_TRUE(checkSize({8192, 8192}));
  EXPECT_FALSE(checkSize({8192, 8193}));
}
