//===- DeviceFormats.cpp - What devices give to inputs --------------------===//
#include "tare/Media/Preprocessing.h"

#include <algorithm>
#include <fmt/format.h>

using namespace tare;
using namespace tare::media;

namespace {

struct NamedFormat {
  std::string_view name;
  PixelFormat pixels;
  ElementType element;
};

constexpr NamedFormat namedFormats[] = {
    {"uint8", PixelFormat::elements, ElementType::u8},  {"rgb", PixelFormat::rgb, ElementType::u8},
    {"bgr", PixelFormat::bgr, ElementType::u8},         {"gray", PixelFormat::gray, ElementType::u8},
    {"nv12", PixelFormat::nv12, ElementType::u8},       {"yuv444", PixelFormat::yuv444, ElementType::u8},
    {"int16", PixelFormat::elements, ElementType::i16},
};

std::string formatNames() {
  std::string names;
  for (const NamedFormat &format : namedFormats)
    names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

std::string_view nameOfPixels(PixelFormat pixels) {
  return std::ranges::find(namedFormats, pixels, &NamedFormat::pixels)->name;
}

bool isYuv(PixelFormat pixels) { return pixels == PixelFormat::nv12 || pixels == PixelFormat::yuv444; }

bool mayBeChannels(int64_t dim) { return dim == 1 || dim == 3; }

/// The next word of a text, which it is taken from.
std::string_view takeWord(std::string_view &text) {
  const size_t end = std::min(text.find(' '), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

} // namespace

Result<PictureShape> media::pictureShape(const Shape &shape, std::optional<Layout> layout) {
  const Error none{fmt::format("has the shape {}, expected that of pictures, [1, C, H, W] or [1, H, W, C] with C of 1 "
                               "or 3",
                               toString(shape))};
  if (shape.size() < 3 || shape.size() > 4 || (shape.size() == 4 && shape[0] != 1))
    return none;
  const int64_t *dims = shape.data() + shape.size() - 3;
  const bool mayBeFirst = mayBeChannels(dims[0]), mayBeLast = mayBeChannels(dims[2]);
  if (mayBeFirst && mayBeLast && !layout)
    return Error{fmt::format("has the shape {}, whose channels may be first or last; give --preprocess a file with "
                             "layout: nchw or nhwc",
                             toString(shape))};
  const bool isLast = layout ? *layout == Layout::nhwc : mayBeLast;
  if (!(isLast ? mayBeLast : mayBeFirst))
    return none;
  return isLast ? PictureShape{{dims[1], dims[0]}, dims[2], Layout::nhwc}
                : PictureShape{{dims[2], dims[1]}, dims[0], Layout::nchw};
}

Status media::checkChannels(const Preprocessing &preprocessing, int64_t channels, const Shape &shape) {
  for (const auto &[key, numbers] : {std::pair("mean", &preprocessing.mean), std::pair("std", &preprocessing.std)})
    if (numbers->size() != 1 && numbers->size() != size_t(channels))
      return Error{fmt::format("{} has {} numbers, expected 1, or {}, one for each channel of {}", key, numbers->size(),
                               channels, toString(shape))};
  return success();
}

Result<std::pair<std::string, DeviceFormat>> media::parseInputType(std::string_view text) {
  // Names of inputs may contain '='.
  const size_t end = text.rfind('=');
  const std::string_view name = end == std::string_view::npos ? "" : text.substr(0, end);
  const std::string_view type = end == std::string_view::npos ? text : text.substr(end + 1);
  const auto *found = std::ranges::find(namedFormats, type, &NamedFormat::name);
  if (name.empty() || found == std::end(namedFormats))
    return Error{fmt::format("--input-type: found '{}', expected NAME=TYPE with TYPE one of {}", text, formatNames())};
  return std::pair(std::string(name), DeviceFormat{found->pixels, found->element, {}});
}

std::string media::layoutText(const DeviceFormat &format) {
  if (format.pixels == PixelFormat::elements)
    return "";
  std::string text = format.pixels == PixelFormat::nv12 ? "" : "NHWC ";
  text += nameOfPixels(format.pixels);
  if (isYuv(format.pixels)) {
    text += format.colours.matrix == ColourSpace::Matrix::bt601 ? " bt601" : " bt709";
    text += format.colours.range == ColourSpace::Range::full ? " full" : " limited";
  }
  return text;
}

std::optional<DeviceFormat> media::deviceFormatOf(std::string_view layout) {
  std::string_view word = takeWord(layout);
  if (word == "NHWC")
    word = takeWord(layout);
  const auto *found = std::ranges::find(namedFormats, word, &NamedFormat::name);
  if (found == std::end(namedFormats) || found->pixels == PixelFormat::elements)
    return std::nullopt;
  DeviceFormat format{found->pixels, found->element, {}};
  if (takeWord(layout) == "bt709")
    format.colours.matrix = ColourSpace::Matrix::bt709;
  if (takeWord(layout) == "limited")
    format.colours.range = ColourSpace::Range::limited;
  return format;
}

Result<Shape> media::deviceShape(const DeviceFormat &format, const Shape &shape, std::optional<Layout> layout) {
  if (format.pixels == PixelFormat::elements)
    return shape;
  Result<PictureShape> picture = pictureShape(shape, layout);
  if (!picture)
    return picture.error();
  const auto [width, height] = picture->size;
  if (format.pixels != PixelFormat::gray && picture->channels != 3)
    return Error{fmt::format("has the shape {} of one channel, which {} does not make; take gray", toString(shape),
                             nameOfPixels(format.pixels))};
  if (format.pixels == PixelFormat::gray)
    return Shape{1, height, width, 1};
  if (format.pixels != PixelFormat::nv12)
    return Shape{1, height, width, 3};
  if (width % 2 || height % 2)
    return Error{fmt::format("has pictures of {} x {} pixels, but nv12 has a colour for two by two: both sides must be "
                             "even",
                             width, height)};
  return Shape{1, height / 2 * 3, width};
}
