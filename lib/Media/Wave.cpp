//===- Wave.cpp - WAV files -----------------------------------------------===//
//
// Chunks of a RIFF file: "fmt " says what "data" holds. A library for it brings
// the codecs of all others.
//
//===----------------------------------------------------------------------===//
#include "tare/Media/Sound.h"
#include "tare/Tensor/MappedFile.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>

using namespace tare;
using namespace tare::media;

namespace {

using Bytes = std::span<const std::byte>;

constexpr double fullScale = 32768;

uint64_t littleEndian(Bytes bytes, size_t at, size_t width) {
  uint64_t number = 0;
  for (size_t i = 0; i != width; ++i)
    number |= uint64_t(bytes[at + i]) << 8 * i;
  return number;
}

struct Wave {
  SoundFormat format;
  size_t width = 0; // bytes of a value
  bool isFloat = false;
  Bytes data;

  /// In units of a 16-bit value.
  double value(size_t index) const {
    const uint64_t bits = littleEndian(data, index * width, width);
    if (isFloat)
      return fullScale * (width == 4 ? double(std::bit_cast<float>(uint32_t(bits))) : std::bit_cast<double>(bits));
    if (width == 1)
      return (double(bits) - 128) * 256;
    // Its sign bit at the top of 64.
    const auto shifted = int64_t(bits << (64 - 8 * width));
    return std::ldexp(double(shifted), 16 - 64);
  }
};

/// Of a "fmt " chunk.
Status readFormat(Bytes chunk, Wave &wave) {
  constexpr uint64_t pcm = 1, floats = 3, extensible = 0xfffe;
  if (chunk.size() < 16)
    return Error{"is no whole WAV file: its format is cut off"};
  uint64_t coding = littleEndian(chunk, 0, 2);
  const uint64_t bits = littleEndian(chunk, 14, 2);
  // The coding then begins a longer name.
  if (coding == extensible && chunk.size() >= 26)
    coding = littleEndian(chunk, 24, 2);
  wave.format.channels = int64_t(littleEndian(chunk, 2, 2));
  wave.format.rate = int64_t(littleEndian(chunk, 4, 4));
  wave.width = bits / 8;
  wave.isFloat = coding == floats;
  const bool isKnown = (coding == pcm && (bits == 8 || bits == 16 || bits == 24 || bits == 32)) ||
                       (coding == floats && (bits == 32 || bits == 64));
  if (!isKnown)
    return Error{fmt::format("has coding {} with {} bits, expected PCM (1) of 8, 16, 24 or 32 bits or floats (3) of 32 "
                             "or 64; convert it",
                             coding, bits)};
  if (wave.format.channels < 1 || wave.format.rate < 1)
    return Error{fmt::format("has {} channels at {} Hz, expected some", wave.format.channels, wave.format.rate)};
  return success();
}

Result<Wave> readChunks(Bytes file) {
  if (file.size() < 12 || std::memcmp(file.data(), "RIFF", 4) != 0 || std::memcmp(file.data() + 8, "WAVE", 4) != 0)
    return Error{"is no WAV file"};
  Wave wave;
  for (size_t at = 12; at + 8 <= file.size();) {
    const std::byte *name = file.data() + at;
    const size_t stated = littleEndian(file, at + 4, 4), left = file.size() - at - 8;
    const Bytes chunk = file.subspan(at + 8, std::min(stated, left));
    if (std::memcmp(name, "fmt ", 4) == 0) {
      if (Status read = readFormat(chunk, wave); !read)
        return read.error();
    } else if (std::memcmp(name, "data", 4) == 0) {
      if (wave.width == 0)
        return Error{"has no format before its values"};
      if (stated > left)
        return Error{fmt::format("ends early: {} of {} bytes of values are there", left, stated)};
      wave.data = chunk;
      wave.format.frames = int64_t(chunk.size() / wave.width / size_t(wave.format.channels));
      return wave.format.frames ? Result<Wave>(wave) : Error{"has no values"};
    }
    // Chunks begin at even bytes.
    at += 8 + std::min(stated + stated % 2, left);
  }
  return Error{"has no values"};
}

/// What `look` says of the file; errors get its name.
template <typename T, typename F> Result<T> inFile(const std::string &path, F look) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  Result<Wave> wave = readChunks((*file)->bytes());
  return wave ? look(*wave) : Result<T>(Error{path + ": " + wave.error().message});
}

} // namespace

bool media::isSoundName(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".wav";
}

Result<SoundFormat> media::checkSound(const std::string &path) {
  return inFile<SoundFormat>(path, [](const Wave &wave) { return wave.format; });
}

Result<std::vector<double>> media::readSound(const std::string &path, int64_t first, int64_t count) {
  return inFile<std::vector<double>>(path, [&](const Wave &wave) {
    std::vector<double> values(size_t(count), 0.0);
    const int64_t channels = wave.format.channels;
    for (int64_t i = first; i < std::min(first + count, wave.format.frames); ++i) {
      double sum = 0;
      for (int64_t channel = 0; channel != channels; ++channel)
        sum += wave.value(size_t(i * channels + channel));
      values[size_t(i - first)] = sum / double(channels);
    }
    return values;
  });
}
