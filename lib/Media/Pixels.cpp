//===- Pixels.cpp - Pictures as tensors -----------------------------------===//
#include "tare/Media/Preprocessing.h"

#include <algorithm>
#include <array>
#include <cmath>

using namespace tare;
using namespace tare::media;

namespace {

/// The shares of red and blue in luma: ITU-R BT.601-7, 2.5.1, and BT.709-6, 3.2.
struct LumaShares {
  double red, blue;
  double green() const { return 1 - red - blue; }
};
LumaShares lumaShares(ColourSpace::Matrix matrix) {
  return matrix == ColourSpace::Matrix::bt601 ? LumaShares{0.299, 0.114} : LumaShares{0.2126, 0.0722};
}

/// How far luma and chroma reach in 8 bits, and where luma begins.
struct Reach {
  double luma, chroma, black;
};
Reach reachOf(ColourSpace::Range range) {
  return range == ColourSpace::Range::full ? Reach{255, 255, 0} : Reach{219, 224, 16};
}

constexpr double middle = 128;

uint8_t rounded(double value) { return uint8_t(std::clamp(std::floor(value + 0.5), 0.0, 255.0)); }

using Colour = std::array<double, 3>;

/// Y, Cb and Cr, not rounded.
Colour toYuv(const uint8_t *rgb, ColourSpace space) {
  const LumaShares shares = lumaShares(space.matrix);
  const Reach reach = reachOf(space.range);
  const double luma = shares.red * rgb[0] + shares.green() * rgb[1] + shares.blue * rgb[2];
  return {reach.black + luma * reach.luma / 255,
          middle + (rgb[2] - luma) / (2 * (1 - shares.blue)) * reach.chroma / 255,
          middle + (rgb[0] - luma) / (2 * (1 - shares.red)) * reach.chroma / 255};
}

/// Luma in full range, as gray cameras and files have it.
double grayOf(const uint8_t *rgb) { return toYuv(rgb, {})[0]; }

/// Luma rows, then rows of Cb and Cr in turns, each the mean of four pixels.
void toNv12(const Picture &picture, ColourSpace space, uint8_t *to) {
  const auto [width, height] = picture.size;
  auto pixel = [&](int64_t x, int64_t y) { return &picture.rgb[size_t(y * picture.size.width + x) * 3]; };
  for (int64_t i = 0; i != picture.size.pixels(); ++i)
    *to++ = rounded(toYuv(&picture.rgb[size_t(i) * 3], space)[0]);
  for (int64_t y = 0; y != height; y += 2)
    for (int64_t x = 0; x != width; x += 2)
      for (size_t c : {1, 2}) {
        double sum = 0;
        for (int64_t part = 0; part != 4; ++part)
          sum += toYuv(pixel(x + part % 2, y + part / 2), space)[c];
        *to++ = rounded(sum / 4);
      }
}

/// A pixel's numbers in the order of a format of whole pixels.
void toPixel(const uint8_t *rgb, const DeviceFormat &format, uint8_t *to) {
  switch (format.pixels) {
  case PixelFormat::bgr:
    to[0] = rgb[2], to[1] = rgb[1], to[2] = rgb[0];
    break;
  case PixelFormat::gray:
    to[0] = rounded(grayOf(rgb));
    break;
  case PixelFormat::yuv444:
    std::ranges::transform(toYuv(rgb, format.colours), to, rounded);
    break;
  default:
    std::copy_n(rgb, 3, to);
  }
}

} // namespace

YuvToRgb media::yuvToRgb(ColourSpace space) {
  const LumaShares shares = lumaShares(space.matrix);
  const Reach reach = reachOf(space.range);
  const double luma = 255 / reach.luma, chroma = 255 / reach.chroma;
  const double red = 2 * (1 - shares.red) * chroma, blue = 2 * (1 - shares.blue) * chroma;
  return {{{luma, 0, red},
           {luma, -blue * shares.blue / shares.green(), -red * shares.red / shares.green()},
           {luma, blue, 0}},
          {reach.black, middle, middle}};
}

Tensor media::toDevice(const Picture &picture, const DeviceFormat &format, const Shape &shape) {
  Tensor tensor(ElementType::u8, shape);
  auto *to = tensor.mutableAs<uint8_t>();
  if (format.pixels == PixelFormat::nv12) {
    toNv12(picture, format.colours, to);
    return tensor;
  }
  const size_t channels = format.pixels == PixelFormat::gray ? 1 : 3;
  for (size_t i = 0; i != size_t(picture.size.pixels()); ++i)
    toPixel(&picture.rgb[3 * i], format, to + channels * i);
  return tensor;
}

Tensor media::toNetwork(const Picture &picture, const TensorType &type, const PictureShape &shape,
                        const Preprocessing &preprocessing) {
  Tensor tensor(type);
  const auto channels = size_t(shape.channels), pixels = size_t(shape.size.pixels());
  for (size_t c = 0; c != channels; ++c) {
    const size_t source = preprocessing.order == ChannelOrder::bgr ? 2 - c : c;
    const double factor = preprocessing.factor(c, pictureScale), shift = preprocessing.shift(c);
    for (size_t i = 0; i != pixels; ++i) {
      const uint8_t *rgb = &picture.rgb[3 * i];
      const uint8_t value = channels == 1 ? rounded(grayOf(rgb)) : rgb[source];
      const size_t at = shape.layout == Layout::nchw ? c * pixels + i : i * channels + c;
      if (type.element == ElementType::f32)
        tensor.mutableAs<float>()[at] = float(factor * value + shift);
      else
        tensor.mutableAs<uint8_t>()[at] = value;
    }
  }
  return tensor;
}
