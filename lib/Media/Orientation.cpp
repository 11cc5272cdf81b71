//===- Orientation.cpp - Which way up a picture is ------------------------===//
#include "Decoders.h"

#include <cstring>

using namespace tare;
using namespace tare::media;

namespace {

/// Numbers of a TIFF structure, in the byte order that its head says; 0 beyond its end.
class Tiff {
public:
  Tiff(Bytes bytes, bool isBigEndian) : bytes(bytes), isBigEndian(isBigEndian) {}

  uint32_t number(size_t at, size_t width) const {
    uint32_t result = 0;
    for (size_t i = 0; i != width && at + width <= bytes.size(); ++i)
      result |= uint32_t(bytes[at + i]) << 8 * (isBigEndian ? width - 1 - i : i);
    return result;
  }

private:
  Bytes bytes;
  bool isBigEndian;
};

} // namespace

int media::exifOrientation(Bytes marker) {
  constexpr char head[] = "Exif\0"; // And a zero more.
  constexpr size_t entryBytes = 12;
  constexpr uint32_t orientationTag = 0x0112, shortType = 3;
  if (marker.size() < sizeof(head) + 8 || std::memcmp(marker.data(), head, sizeof(head)) != 0)
    return 1;
  const Bytes bytes = marker.subspan(sizeof(head));
  const Tiff tiff(bytes, bytes[0] == std::byte('M'));
  const size_t directory = tiff.number(4, 4), entries = tiff.number(directory, 2);
  for (size_t i = 0; i != entries && directory + 2 + (i + 1) * entryBytes <= bytes.size(); ++i) {
    const size_t entry = directory + 2 + i * entryBytes;
    if (tiff.number(entry, 2) != orientationTag || tiff.number(entry + 2, 2) != shortType)
      continue;
    const uint32_t orientation = tiff.number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? int(orientation) : 1;
  }
  return 1;
}

Picture media::upright(Picture picture, int orientation) {
  if (orientation == 1)
    return picture;
  // Of EXIF's eight: rows and columns change places in the last four, after which each axis may run backwards.
  const bool swaps = orientation >= 5;
  const bool mirrorsX = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
  const bool mirrorsY = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
  const PictureSize from = picture.size;
  Picture turned = picture;
  if (swaps)
    turned.size = {from.height, from.width};
  turned.wasTurned = true;
  for (int64_t y = 0; y != turned.size.height; ++y)
    for (int64_t x = 0; x != turned.size.width; ++x) {
      const int64_t u = mirrorsX ? turned.size.width - 1 - x : x, v = mirrorsY ? turned.size.height - 1 - y : y;
      const int64_t source = swaps ? u * from.width + v : v * from.width + u;
      std::memcpy(&turned.rgb[size_t(y * turned.size.width + x) * 3], &picture.rgb[size_t(source) * 3], 3);
    }
  return turned;
}
