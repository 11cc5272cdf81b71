//===- Preprocessing.h - From pictures and sounds to inputs -----*- C++ -*-===//
//
// What a file of --preprocess and the options --input-type say, and what they
// make of data: docs/preprocessing.md.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_MEDIA_PREPROCESSING_H
#define TARE_MEDIA_PREPROCESSING_H

#include "tare/Media/Picture.h"
#include "tare/Tensor/Tensor.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare::media {

/// What a device's pixels are. `elements` are the network's own numbers before the arithmetic, in its own order.
enum class PixelFormat { elements, rgb, bgr, gray, yuv444, nv12 };

/// How Y, Cb and Cr of 8 bits stand for red, green and blue.
struct ColourSpace {
  enum class Matrix { bt601, bt709 } matrix = Matrix::bt601;
  /// Full: all of 0 to 255. Limited: Y from 16 to 235, Cb and Cr from 16 to 240.
  enum class Range { full, limited } range = Range::full;
  bool operator==(const ColourSpace &) const = default;
};

/// rgb = matrix * (ycbcr - offset), of numbers from 0 to 255.
struct YuvToRgb {
  double matrix[3][3];
  double offset[3];
};
YuvToRgb yuvToRgb(ColourSpace space);

enum class ChannelOrder { rgb, bgr };
enum class Layout { nchw, nhwc };

/// Of one input. A network's channel c is given y = (x * scale - mean[c]) / std[c].
struct Preprocessing {
  FitOptions fit;
  /// The size that pictures are to have, which is checked against the input's.
  std::optional<PictureSize> size;
  /// Of the network's own channels.
  ChannelOrder order = ChannelOrder::rgb;
  std::optional<Layout> layout;
  /// 1 of pictures, whose x is 0 to 255; 1 / 32768 of sounds, whose x is -32768 to 32767.
  std::optional<double> scale;
  /// One number, or one for each channel.
  std::vector<double> mean = {0}, std = {1};
  ColourSpace colours;
  /// In Hz; sounds of another one are an error.
  std::optional<int64_t> sampleRate;

  /// Whether channels have numbers of their own.
  bool isOfChannels() const { return mean.size() > 1 || std.size() > 1; }
  /// y = factor * x + shift.
  double factor(size_t channel, double usualScale) const { return scale.value_or(usualScale) / at(std, channel); }
  double shift(size_t channel) const { return -at(mean, channel) / at(std, channel); }

private:
  static double at(const std::vector<double> &numbers, size_t channel) {
    return numbers[numbers.size() == 1 ? 0 : channel];
  }
};
constexpr double pictureScale = 1, soundScale = 1.0 / 32768;

/// By input; under an empty name, of all that have no entry of their own.
using PreprocessingFile = std::map<std::string, Preprocessing>;

/// What the dimensions [1, C, H, W] or [1, H, W, C] of an input are, perhaps without the first.
struct PictureShape {
  PictureSize size;
  int64_t channels = 0;
  Layout layout = Layout::nchw;
};
/// An error where the shape is none of pictures of 1 or 3 channels, or where only `layout` would say of which.
Result<PictureShape> pictureShape(const Shape &shape, std::optional<Layout> layout);

/// An error where there are other numbers than one, or one for each of so many channels of an input of `shape`.
Status checkChannels(const Preprocessing &preprocessing, int64_t channels, const Shape &shape);

/// What a device gives to an input.
struct DeviceFormat {
  PixelFormat pixels = PixelFormat::elements;
  ElementType element = ElementType::u8;
  ColourSpace colours;
};
/// The value of --input-type, "x=nv12": the input, and what it is to have. Its colours are the preprocessing's.
Result<std::pair<std::string, DeviceFormat>> parseInputType(std::string_view text);

/// What the descriptor of an input says as its layout: "NHWC rgb", "NHWC yuv444 bt601 full", "nv12 bt601 limited";
/// empty of elements.
std::string layoutText(const DeviceFormat &format);
/// The format behind such a text; nothing where it is another one.
std::optional<DeviceFormat> deviceFormatOf(std::string_view layout);

/// The shape in which a device gives what an input of `shape` is made of: [1, H, W, 3], [1, H, W, 1], [1, H * 3 / 2,
/// W]. An error where there is none.
Result<Shape> deviceShape(const DeviceFormat &format, const Shape &shape, std::optional<Layout> layout);

/// An input of a network that is to take what a device has.
struct InputConversion {
  std::string input;
  DeviceFormat format;
  Preprocessing preprocessing;
};

/// What the network itself takes: float32 with the arithmetic, or uint8 without. The picture has the shape's size.
Tensor toNetwork(const Picture &picture, const TensorType &type, const PictureShape &shape,
                 const Preprocessing &preprocessing);
/// What a device would have of the picture, in the shape that deviceShape() gives.
Tensor toDevice(const Picture &picture, const DeviceFormat &format, const Shape &shape);

} // namespace tare::media

#endif // TARE_MEDIA_PREPROCESSING_H
