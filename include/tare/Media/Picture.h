//===- Picture.h - Pictures from files --------------------------*- C++ -*-===//
//
// PNG, JPEG and BMP, told apart by their contents. Files come from users: sizes
// are checked before memory is taken for them, and whatever is wrong is an error
// that begins with the file's name.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_MEDIA_PICTURE_H
#define TARE_MEDIA_PICTURE_H

#include "tare/Tensor/Result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tare::media {

struct PictureSize {
  int64_t width = 0, height = 0;
  int64_t pixels() const { return width * height; }
  bool operator==(const PictureSize &) const = default;
};

/// More pixels than this are refused: 192 MB of them.
constexpr int64_t mostPixels = int64_t(1) << 26;

/// Red, green and blue of 8 bits, row by row from the top; of a gray file all three are alike.
struct Picture {
  PictureSize size;
  std::vector<uint8_t> rgb;
  /// What the file had and this has not: a transparency, the lower half of 16 bits.
  bool hadAlpha = false, had16Bits = false;
  /// Whether it was turned or mirrored as the file's EXIF orientation says.
  bool wasTurned = false;
};

/// Whether a file's name ends as those of pictures do, in any case: .png, .jpg, .jpeg, .bmp.
bool isPictureName(const std::string &path);

/// Looks at the header alone.
Status checkPicture(const std::string &path);
/// Transparency is dropped, palettes are looked up, 16 bits are rounded to 8; a JPEG is turned upright. CMYK is an
/// error.
Result<Picture> readPicture(const std::string &path);

/// How a picture comes to have another size.
enum class Fit {
  /// Both sides are scaled on their own.
  stretch,
  /// Scaled to lie within, in the middle; `fill` is around it.
  letterbox,
  /// Scaled to cover, or to a shorter side of its own, and cut to the middle.
  crop,
  /// It must have the size.
  none
};

struct FitOptions {
  Fit fit = Fit::none;
  /// Red, green, blue around a letterbox.
  uint8_t fill[3] = {0, 0, 0};
  /// Of crop: what the shorter side is scaled to before; 0 for what just covers.
  int64_t shorterSide = 0;
};

/// The picture at that size; an error where it has another one and nothing fits it, or where a crop is larger than what
/// it is cut from. Scaling is bilinear between pixels' centers (x' = (x + 0.5) * scale - 0.5), the edge goes on, and
/// halves round up: as OpenCV's INTER_LINEAR and ONNX's Resize with half_pixel, without a filter before.
Result<Picture> fitted(Picture picture, PictureSize size, const FitOptions &options);

} // namespace tare::media

#endif // TARE_MEDIA_PICTURE_H
