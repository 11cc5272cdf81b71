//===- Picture.cpp - Pictures from files ----------------------------------===//
#include "Decoders.h"
#include "tare/Tensor/MappedFile.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <string_view>

using namespace tare;
using namespace tare::media;

namespace {

struct Format {
  std::string_view magic;
  Result<PictureSize> (*size)(Bytes);
  Result<Picture> (*read)(Bytes);
};

constexpr Format formats[] = {
    {"\x89PNG\r\n\x1a\n", sizeOfPng, readPng}, {"\xff\xd8\xff", sizeOfJpeg, readJpeg}, {"BM", sizeOfBmp, readBmp}};

const Format *formatOf(Bytes file) {
  for (const Format &format : formats)
    if (file.size() >= format.magic.size() && std::memcmp(file.data(), format.magic.data(), format.magic.size()) == 0)
      return &format;
  return nullptr;
}

/// What `look` says of the file of a known format and a size that can be; errors get its name.
template <typename T, typename F> Result<T> inFile(const std::string &path, F look) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.error();
  const Bytes bytes = (*file)->bytes();
  const Format *format = formatOf(bytes);
  if (!format)
    return Error{path + (bytes.empty() ? ": is empty" : ": is no picture") + ", expected a PNG, JPEG or BMP file"};
  Result<PictureSize> size = format->size(bytes);
  Status fits = size ? checkSize(*size) : Status(size.error());
  Result<T> result = fits ? look(*format, bytes) : Result<T>(fits.error());
  return result ? std::move(result) : Result<T>(Error{path + ": " + result.error().message});
}

} // namespace

bool media::isPictureName(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return ending == ".png" || ending == ".jpg" || ending == ".jpeg" || ending == ".bmp";
}

Status media::checkSize(PictureSize size) {
  constexpr int64_t longest = 65535;
  if (size.width < 1 || size.height < 1 || size.width > longest || size.height > longest || size.pixels() > mostPixels)
    return Error{fmt::format("has {} x {} pixels, expected sides of 1 to {} and at most {} pixels", size.width,
                             size.height, longest, mostPixels)};
  return success();
}

Status media::checkPicture(const std::string &path) {
  return inFile<Success>(path, [](const Format &, Bytes) { return success(); });
}

Result<Picture> media::readPicture(const std::string &path) {
  return inFile<Picture>(path, [](const Format &format, Bytes bytes) { return format.read(bytes); });
}
