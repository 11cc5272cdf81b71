//===- Png.cpp - PNG, by libpng -------------------------------------------===//
#include "Decoders.h"

#include <algorithm>
#include <csetjmp>
#include <cstring>
#include <png.h>

using namespace tare;
using namespace tare::media;

namespace {

/// What libpng's functions are called with.
struct Source {
  Bytes left;
  char problem[128] = "";
};

void readBytes(png_structp png, png_bytep to, size_t count) {
  auto &source = *static_cast<Source *>(png_get_io_ptr(png));
  if (count > source.left.size())
    png_error(png, "the file ends early");
  std::memcpy(to, source.left.data(), count);
  source.left = source.left.subspan(count);
}

[[noreturn]] void onError(png_structp png, const char *message) {
  auto &source = *static_cast<Source *>(png_get_error_ptr(png));
  std::strncpy(source.problem, message, sizeof(source.problem) - 1);
  png_longjmp(png, 1);
}

void onWarning(png_structp, const char *) {}

/// Whatever the file has becomes red, green and blue of 8 bits.
void chooseConversions(png_structp png, png_infop info, Picture &picture) {
  const int type = png_get_color_type(png, info);
  picture.had16Bits = png_get_bit_depth(png, info) == 16;
  picture.hadAlpha = (type & PNG_COLOR_MASK_ALPHA) || png_get_valid(png, info, PNG_INFO_tRNS);
  if (picture.had16Bits)
    png_set_scale_16(png);
  if (type == PNG_COLOR_TYPE_PALETTE)
    png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY)
    png_set_expand_gray_1_2_4_to_8(png);
  if (!(type & PNG_COLOR_MASK_COLOR))
    png_set_gray_to_rgb(png);
  if (type & PNG_COLOR_MASK_ALPHA)
    png_set_strip_alpha(png);
}

/// False where libpng has left by its error. It jumps over what is between: nothing here has a destructor.
bool decode(png_structp png, png_infop info, Picture &picture) {
  if (setjmp(png_jmpbuf(png)))
    return false;
  png_read_info(png, info);
  chooseConversions(png, info, picture);
  const int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  const size_t row = size_t(picture.size.width) * 3;
  if (png_get_rowbytes(png, info) != row)
    png_error(png, "has rows of another size than its header says");
  for (int pass = 0; pass != passes; ++pass)
    for (int64_t y = 0; y != picture.size.height; ++y)
      png_read_row(png, picture.rgb.data() + size_t(y) * row, nullptr);
  png_read_end(png, nullptr);
  return true;
}

int64_t bigEndian(Bytes file, size_t at) {
  int64_t number = 0;
  for (size_t i = 0; i != 4; ++i)
    number = number << 8 | int64_t(file[at + i]);
  return number;
}

} // namespace

Result<PictureSize> media::sizeOfPng(Bytes file) {
  // The header is the first chunk: its length, "IHDR", width and height.
  constexpr size_t header = 8, width = header + 8, height = width + 4;
  if (file.size() < height + 4 || std::memcmp(file.data() + header + 4, "IHDR", 4) != 0)
    return Error{"is no whole PNG file: the header is missing"};
  return PictureSize{bigEndian(file, width), bigEndian(file, height)};
}

Result<Picture> media::readPng(Bytes file) {
  Result<PictureSize> size = sizeOfPng(file);
  if (!size)
    return size.error();
  Source source{file};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, onError, onWarning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  // What a chunk of text or colours may take.
  constexpr size_t largestChunk = size_t(8) << 20;
  Picture picture;
  picture.size = *size;
  picture.rgb.resize(size_t(size->pixels()) * 3);
  bool isRead = false;
  if (info) {
    png_set_chunk_malloc_max(png, largestChunk);
    png_set_read_fn(png, &source, readBytes);
    isRead = decode(png, info, picture);
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!isRead)
    return Error{std::string("cannot be read as PNG: ") + (source.problem[0] ? source.problem : "out of memory")};
  return picture;
}
