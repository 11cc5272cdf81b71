//===- Bmp.cpp - BMP, of the forms that programs write --------------------===//
//
// Uncompressed, of 1, 4 or 8 bits with a palette, of 24 or of 32 bits. There is
// no library for it alone.
//
//===----------------------------------------------------------------------===//
#include "Decoders.h"

#include <cstdlib>
#include <fmt/format.h>

using namespace tare;
using namespace tare::media;

namespace {

constexpr size_t fileHeader = 14;

uint32_t littleEndian(Bytes file, size_t at, size_t width) {
  uint32_t number = 0;
  for (size_t i = 0; i != width; ++i)
    number |= uint32_t(file[at + i]) << 8 * i;
  return number;
}

struct Header {
  PictureSize size;
  /// Rows from the bottom up, as most files have them.
  bool isUpsideDown = false;
  uint32_t bits = 0;
  /// Where in the file they begin.
  size_t palette = 0, pixels = 0;
  size_t colours = 0;

  /// The bytes of a row, which are padded to four.
  size_t stride() const { return (size_t(size.width) * bits + 31) / 32 * 4; }
};

Result<Header> readHeader(Bytes file) {
  constexpr size_t least = fileHeader + 40;
  if (file.size() < least)
    return Error{"is no whole BMP file: the header is missing"};
  auto at = [&](size_t offset, size_t width = 4) { return littleEndian(file, fileHeader + offset, width); };
  const uint32_t headerBytes = at(0), compression = at(16);
  const int32_t height = int32_t(at(8));
  Header header{{int32_t(at(4)), std::abs(int64_t(height))}, height > 0, at(14, 2)};
  // Masks of 32 bits that are those of plain files change nothing.
  const bool hasMasks = compression == 3 && header.bits == 32 && file.size() >= least + 12 && at(40) == 0xff0000 &&
                        at(44) == 0xff00 && at(48) == 0xff;
  const bool hasPalette = header.bits == 1 || header.bits == 4 || header.bits == 8;
  if (headerBytes < 40 || headerBytes > 256 || (compression != 0 && !hasMasks) ||
      !(hasPalette || header.bits == 24 || header.bits == 32))
    return Error{
        fmt::format("is a BMP file of {} bits per pixel with compression {}, expected one of 1, 4, 8, 24 or 32 "
                    "bits without; convert it to PNG",
                    header.bits, compression)};
  header.palette = fileHeader + headerBytes;
  header.colours = hasPalette ? (at(32) ? at(32) : size_t(1) << header.bits) : 0;
  header.pixels = littleEndian(file, 10, 4);
  if (header.colours > 256 || header.palette + header.colours * 4 > file.size())
    return Error{"is no whole BMP file: the palette is missing"};
  return header;
}

/// Where blue, green and red of a pixel stand; null where the palette has no such colour.
const std::byte *colourOf(const Header &header, Bytes file, const std::byte *row, int64_t x) {
  if (header.bits >= 24)
    return row + size_t(x) * header.bits / 8;
  const size_t bit = size_t(x) * header.bits;
  const size_t index = (size_t(row[bit / 8]) >> (8 - header.bits - bit % 8)) & ((size_t(1) << header.bits) - 1);
  return index < header.colours ? file.data() + header.palette + 4 * index : nullptr;
}

} // namespace

Result<PictureSize> media::sizeOfBmp(Bytes file) {
  Result<Header> header = readHeader(file);
  return header ? Result<PictureSize>(header->size) : header.error();
}

Result<Picture> media::readBmp(Bytes file) {
  Result<Header> header = readHeader(file);
  if (!header)
    return header.error();
  const auto [width, height] = header->size;
  if (header->pixels > file.size() || header->stride() * size_t(height) > file.size() - header->pixels)
    return Error{"is no whole BMP file: the pixels end early"};
  Picture picture;
  picture.size = header->size;
  picture.rgb.resize(size_t(picture.size.pixels()) * 3);
  uint8_t *to = picture.rgb.data();
  for (int64_t y = 0; y != height; ++y) {
    const int64_t stored = header->isUpsideDown ? height - 1 - y : y;
    const std::byte *row = file.data() + header->pixels + size_t(stored) * header->stride();
    for (int64_t x = 0; x != width; ++x) {
      const std::byte *colour = colourOf(*header, file, row, x);
      if (!colour)
        return Error{"has a pixel of a colour that its palette does not have"};
      for (int channel = 0; channel != 3; ++channel)
        *to++ = uint8_t(colour[2 - channel]);
    }
  }
  return picture;
}
