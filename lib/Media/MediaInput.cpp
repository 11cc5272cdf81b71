//===- MediaInput.cpp - Pictures and sounds as samples --------------------===//
#include "tare/Media/MediaInput.h"
#include "MediaNotes.h"
#include "tare/Media/Sound.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <mutex>

using namespace tare;
using namespace tare::media;

namespace {

/// How an array of bytes holds pictures; nothing where it holds none, or where its channels may be at both ends.
std::optional<SampleLayout> picturesIn(const Shape &array) {
  if (array.size() < 3 || array.size() > 4)
    return std::nullopt;
  const bool isOne = array.size() == 3;
  const Shape picture(array.end() - 3, array.end());
  if (!pictureShape(picture, std::nullopt))
    return std::nullopt;
  return SampleLayout{isOne ? 1 : array.front(), Stacking::firstAxis, picture};
}

Result<Picture> toPicture(const Tensor &stored) {
  Result<PictureShape> shape = pictureShape(stored.shape(), std::nullopt);
  if (!shape)
    return shape.error();
  Picture picture;
  picture.size = shape->size;
  const auto pixels = size_t(shape->size.pixels()), channels = size_t(shape->channels);
  picture.rgb.resize(3 * pixels);
  for (size_t i = 0; i != pixels; ++i)
    for (size_t c = 0; c != 3; ++c) {
      const size_t from = std::min(c, channels - 1);
      picture.rgb[3 * i + c] =
          stored.as<uint8_t>()[shape->layout == Layout::nchw ? from * pixels + i : i * channels + from];
    }
  return picture;
}

Error inFile(const std::string &path, const Error &error) { return Error{path + ": " + error.message}; }

class MediaInput : public SampleMaker {
public:
  MediaInput(InputDeclaration input, const Preprocessing *given, bool isOnly)
      : input(std::move(input)), how(given ? *given : Preprocessing()), isGiven(given), isOnly(isOnly),
        device(deviceFormatOf(this->input.layout)) {}

  /// Whether what the user says fits the input.
  Status check() const {
    Result<PictureShape> shape = pictureShapeOf();
    // Of a device's pixels they are part of the network.
    if (!device)
      if (Status fits = checkChannels(how, shape ? shape->channels : 1, input.type.shape); !fits)
        return fits;
    if (how.layout && !shape)
      return Error{"layout: the input " + shape.error().message};
    if (how.size && shape && *how.size != shape->size)
      return Error{fmt::format("resize: found {} x {}, but the input has pictures of {} x {}", how.size->width,
                               how.size->height, shape->size.width, shape->size.height)};
    return success();
  }

  bool takesFile(const std::string &path) const override { return isPictureName(path) || isSoundName(path); }

  Result<int64_t> samplesOf(const std::string &path) const override {
    if (!isOnly)
      return Error{path + ": is one input, the model has several; give an .npz with a key for each, of pictures arrays "
                          "of uint8"};
    if (isSoundName(path))
      return soundsOf(path);
    if (Status fits = checkPictures(); !fits)
      return inFile(path, fits.error());
    Status readable = checkPicture(path);
    return readable ? Result<int64_t>(1) : readable.error();
  }

  Result<Tensor> make(const std::string &path, int64_t sample) const override {
    if (isSoundName(path))
      return makeSound(path, sample);
    Result<Picture> picture = readPicture(path);
    if (!picture)
      return picture.error();
    said.add(*picture, assumesUnits());
    Result<Tensor> made = makePicture(std::move(*picture));
    return made ? std::move(made) : inFile(path, made.error());
  }

  std::optional<SampleLayout> layoutOf(const TensorType &array) const override {
    const bool isNetworks = isGiven && input.type.element == ElementType::f32;
    if (isNetworks && array.element != ElementType::u8)
      said.addOwnNumbers();
    if (array.element != ElementType::u8 || !(device || isNetworks) || !checkPictures())
      return std::nullopt;
    // What a device has is there already.
    if (device && matchSamples(array.shape, input.type.shape))
      return std::nullopt;
    return picturesIn(array.shape);
  }

  Result<Tensor> make(const Tensor &stored) const override {
    Result<Picture> picture = toPicture(stored);
    return picture ? makePicture(std::move(*picture)) : picture.error();
  }

  std::vector<std::string> notes() const override { return said.lines(input.name); }

private:
  /// Of what the network takes, or of the device's pictures.
  Result<PictureShape> pictureShapeOf() const {
    const Shape &shape = input.type.shape;
    if (!device)
      return pictureShape(shape, how.layout);
    if (device->pixels != PixelFormat::nv12)
      return pictureShape(shape, Layout::nhwc);
    return PictureShape{{shape.back(), shape[shape.size() - 2] / 3 * 2}, 3, Layout::nhwc};
  }

  Status checkPictures() const {
    const ElementType element = input.type.element;
    if (element != ElementType::f32 && element != ElementType::u8)
      return Error{fmt::format("is a picture, but input '{}' takes {}", input.name, nameOf(element))};
    Result<PictureShape> shape = pictureShapeOf();
    return shape ? success()
                 : Status(Error{fmt::format("is a picture, but input '{}' {}", input.name, shape.error().message)});
  }

  /// Whether nobody says what the network's numbers are.
  bool assumesUnits() const { return !isGiven && !device && input.type.element == ElementType::f32; }

  Result<Tensor> makePicture(Picture picture) const {
    Result<PictureShape> shape = pictureShapeOf();
    Result<Picture> fit = fitted(std::move(picture), shape->size, how.fit);
    if (!fit)
      return fit.error();
    return device ? toDevice(*fit, *device, input.type.shape) : toNetwork(*fit, input.type, *shape, how);
  }

  Result<int64_t> soundsOf(const std::string &path) const {
    const ElementType element = input.type.element;
    if (element != ElementType::f32 && element != ElementType::i16)
      return Error{fmt::format("{}: is a sound, but input '{}' takes {}", path, input.name, nameOf(element))};
    if (std::ranges::count_if(input.type.shape, [](int64_t size) { return size > 1; }) > 1)
      return Error{fmt::format("{}: is a sound, but input '{}' has the shape {}, expected samples along one axis", path,
                               input.name, toString(input.type.shape))};
    Result<SoundFormat> format = checkSound(path);
    if (!format)
      return format.error();
    std::lock_guard lock(mutex);
    if (!rate)
      rate = how.sampleRate.value_or(format->rate);
    if (format->rate != *rate)
      return Error{fmt::format("{}: has {} Hz, expected {} Hz{}; convert it", path, format->rate, *rate,
                               how.sampleRate ? "" : " as the sounds before")};
    return std::max<int64_t>(1, format->frames / input.type.count());
  }

  Result<Tensor> makeSound(const std::string &path, int64_t sample) const {
    const int64_t length = input.type.count();
    Result<SoundFormat> format = checkSound(path);
    Result<std::vector<double>> values = readSound(path, sample * length, length);
    if (!values || !format)
      return values ? format.error() : values.error();
    if (sample == 0)
      said.add(*format, length);
    Tensor tensor(input.type);
    const double factor = how.factor(0, soundScale), shift = how.shift(0);
    for (int64_t i = 0; i != length; ++i)
      if (input.type.element == ElementType::f32)
        tensor.mutableAs<float>()[i] = float(factor * (*values)[i] + shift);
      else
        tensor.mutableAs<int16_t>()[i] = toInteger((*values)[i]);
    return tensor;
  }

  static int16_t toInteger(double value) {
    return std::isnan(value) ? int16_t(0) : int16_t(std::clamp(std::floor(value + 0.5), -32768.0, 32767.0));
  }

  InputDeclaration input;
  Preprocessing how;
  bool isGiven, isOnly;
  std::optional<DeviceFormat> device;

  mutable MediaNotes said;
  mutable std::mutex mutex;
  /// That all sounds have, in Hz.
  mutable std::optional<int64_t> rate;
};

} // namespace

Result<std::shared_ptr<const SampleMaker>> media::makerOf(const InputDeclaration &input, const Preprocessing *given,
                                                          bool isOnly) {
  auto maker = std::make_shared<const MediaInput>(input, given, isOnly);
  if (given)
    if (Status fits = maker->check(); !fits)
      return fits.error();
  return std::shared_ptr<const SampleMaker>(std::move(maker));
}
