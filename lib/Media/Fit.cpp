//===- Fit.cpp - Pictures of another size ---------------------------------===//
#include "tare/Media/Picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fmt/format.h>

using namespace tare;
using namespace tare::media;

namespace {

/// Where a coordinate of the result lies: between two of the source, so far from the lower one.
struct Tap {
  int64_t lower, upper;
  double weight;
};

std::vector<Tap> tapsOf(int64_t from, int64_t to) {
  std::vector<Tap> taps;
  for (int64_t i = 0; i != to; ++i) {
    double place = (double(i) + 0.5) * double(from) / double(to) - 0.5;
    place = std::clamp(place, 0.0, double(from - 1));
    const auto lower = int64_t(place);
    taps.push_back({lower, std::min(lower + 1, from - 1), place - double(lower)});
  }
  return taps;
}

Picture emptyLike(const Picture &picture, PictureSize size) {
  Picture result;
  result.hadAlpha = picture.hadAlpha;
  result.had16Bits = picture.had16Bits;
  result.wasTurned = picture.wasTurned;
  result.size = size;
  result.rgb.resize(size_t(size.pixels()) * 3);
  return result;
}

Picture scaled(Picture picture, PictureSize size) {
  if (picture.size == size)
    return picture;
  Picture result = emptyLike(picture, size);
  const std::vector<Tap> columns = tapsOf(picture.size.width, size.width);
  uint8_t *to = result.rgb.data();
  for (const Tap &y : tapsOf(picture.size.height, size.height)) {
    const uint8_t *upper = &picture.rgb[size_t(y.lower * picture.size.width) * 3],
                  *lower = &picture.rgb[size_t(y.upper * picture.size.width) * 3];
    for (const Tap &x : columns)
      for (int64_t c = 0; c != 3; ++c) {
        auto along = [&](const uint8_t *row) {
          return row[x.lower * 3 + c] * (1 - x.weight) + row[x.upper * 3 + c] * x.weight;
        };
        *to++ = uint8_t(std::floor(along(upper) * (1 - y.weight) + along(lower) * y.weight + 0.5));
      }
  }
  return result;
}

/// Copies what lies within both: `from` moved by (left, top) in `to`.
void place(const Picture &from, Picture &to, int64_t left, int64_t top) {
  const int64_t first = std::max<int64_t>(left, 0), end = std::min(left + from.size.width, to.size.width);
  for (int64_t y = std::max<int64_t>(top, 0); y < std::min(top + from.size.height, to.size.height); ++y)
    std::memcpy(&to.rgb[size_t(y * to.size.width + first) * 3],
                &from.rgb[size_t((y - top) * from.size.width + first - left) * 3], size_t(end - first) * 3);
}

/// Both sides by one factor, and no side of nothing.
PictureSize scaledSize(PictureSize size, double factor) {
  auto side = [&](int64_t from) { return std::max<int64_t>(1, std::llround(double(from) * factor)); };
  return {side(size.width), side(size.height)};
}

Picture letterboxed(Picture picture, PictureSize size, const uint8_t (&fill)[3]) {
  const double factor =
      std::min(double(size.width) / double(picture.size.width), double(size.height) / double(picture.size.height));
  PictureSize inner = scaledSize(picture.size, factor);
  inner = {std::min(inner.width, size.width), std::min(inner.height, size.height)};
  Picture result = emptyLike(picture, size);
  for (size_t i = 0; i != result.rgb.size(); ++i)
    result.rgb[i] = fill[i % 3];
  place(scaled(std::move(picture), inner), result, (size.width - inner.width) / 2, (size.height - inner.height) / 2);
  return result;
}

Result<Picture> cropped(Picture picture, PictureSize size, int64_t shorterSide) {
  const double covers =
      std::max(double(size.width) / double(picture.size.width), double(size.height) / double(picture.size.height));
  const double factor =
      shorterSide ? double(shorterSide) / double(std::min(picture.size.width, picture.size.height)) : covers;
  const PictureSize outer = scaledSize(picture.size, factor);
  if (outer.pixels() > mostPixels)
    return Error{fmt::format("has {} x {} pixels, of which the scaled picture would have {} x {}, more than {}",
                             picture.size.width, picture.size.height, outer.width, outer.height, mostPixels)};
  if (outer.width < size.width || outer.height < size.height)
    return Error{fmt::format("has {} x {} pixels, {} x {} where its shorter side is {}, and {} x {} cannot be cut from "
                             "them; give a larger shorter_side",
                             picture.size.width, picture.size.height, outer.width, outer.height, shorterSide,
                             size.width, size.height)};
  Picture result = emptyLike(picture, size);
  place(scaled(std::move(picture), outer), result, -((outer.width - size.width) / 2),
        -((outer.height - size.height) / 2));
  return result;
}

} // namespace

Result<Picture> media::fitted(Picture picture, PictureSize size, const FitOptions &options) {
  switch (options.fit) {
  case Fit::stretch:
    return scaled(std::move(picture), size);
  case Fit::letterbox:
    return letterboxed(std::move(picture), size, options.fill);
  case Fit::crop:
    return cropped(std::move(picture), size, options.shorterSide);
  case Fit::none:
    break;
  }
  if (picture.size == size)
    return picture;
  return Error{fmt::format("has {} x {} pixels, expected {} x {}; give --preprocess a file with resize: stretch, "
                           "letterbox or crop",
                           picture.size.width, picture.size.height, size.width, size.height)};
}
