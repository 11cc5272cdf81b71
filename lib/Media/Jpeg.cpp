//===- Jpeg.cpp - JPEG, by libjpeg ----------------------------------------===//
#include "Decoders.h"

#include <csetjmp>
#include <cstdio>
#include <cstring>
// libjpeg's header needs those above.
#include <jpeglib.h>

#include <jerror.h>

using namespace tare;
using namespace tare::media;

namespace {

/// libjpeg's state, and where it goes to when it gives up. It jumps over what is between: nothing there has a
/// destructor.
struct Decoder {
  jpeg_decompress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf giveUp;
  char problem[JMSG_LENGTH_MAX] = "";
  int orientation = 1;

  static Decoder &of(j_common_ptr jpeg) { return *static_cast<Decoder *>(jpeg->client_data); }

  [[noreturn]] static void onError(j_common_ptr jpeg) {
    jpeg->err->format_message(jpeg, of(jpeg).problem);
    std::longjmp(of(jpeg).giveUp, 1);
  }

  /// A file that ends early would be gray from there on. Bytes between markers do no harm.
  static void onMessage(j_common_ptr jpeg, int level) {
    const int code = jpeg->err->msg_code;
    if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE))
      onError(jpeg);
  }

  /// A progressive file of a few kB may have any number of scans, each of which takes its time.
  static void onProgress(j_common_ptr jpeg) {
    constexpr int mostScans = 500;
    if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= mostScans)
      return;
    std::strncpy(of(jpeg).problem, "it has more than 500 scans", JMSG_LENGTH_MAX - 1);
    std::longjmp(of(jpeg).giveUp, 1);
  }

  Decoder() {
    jpeg.err = jpeg_std_error(&errors);
    errors.error_exit = onError;
    errors.emit_message = onMessage;
    jpeg.client_data = this;
    progress.progress_monitor = onProgress;
  }
  Decoder(const Decoder &) = delete;
  Decoder &operator=(const Decoder &) = delete;
  ~Decoder() { jpeg_destroy_decompress(&jpeg); }

  /// False where libjpeg gave up, as in read().
  bool readHeader(Bytes file) {
    if (setjmp(giveUp))
      return false;
    jpeg_create_decompress(&jpeg);
    jpeg.progress = &progress;
    jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char *>(file.data()), file.size());
    constexpr unsigned longestMarker = 65535;
    jpeg_save_markers(&jpeg, JPEG_APP0 + 1, longestMarker);
    jpeg_read_header(&jpeg, TRUE);
    for (jpeg_saved_marker_ptr marker = jpeg.marker_list; marker && orientation == 1; marker = marker->next)
      orientation = exifOrientation(std::as_bytes(std::span(marker->data, marker->data_length)));
    return true;
  }

  bool read(Picture &picture) {
    if (setjmp(giveUp))
      return false;
    jpeg.out_color_space = JCS_RGB;
    jpeg_start_decompress(&jpeg);
    const size_t row = size_t(picture.size.width) * 3;
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW to = picture.rgb.data() + jpeg.output_scanline * row;
      jpeg_read_scanlines(&jpeg, &to, 1);
    }
    jpeg_finish_decompress(&jpeg);
    return true;
  }

  PictureSize size() const { return {int64_t(jpeg.image_width), int64_t(jpeg.image_height)}; }
  bool hasInks() const { return jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK; }
  Error error() const { return Error{std::string("cannot be read as JPEG: ") + problem}; }
};

} // namespace

Result<PictureSize> media::sizeOfJpeg(Bytes file) {
  Decoder decoder;
  if (!decoder.readHeader(file))
    return decoder.error();
  if (decoder.hasInks())
    return Error{"has the colours of a print, CMYK, whose red, green and blue depend on the inks; convert it to RGB"};
  return decoder.size();
}

Result<Picture> media::readJpeg(Bytes file) {
  Decoder decoder;
  if (!decoder.readHeader(file))
    return decoder.error();
  Picture picture;
  picture.size = decoder.size();
  picture.rgb.resize(size_t(picture.size.pixels()) * 3);
  if (!decoder.read(picture))
    return decoder.error();
  return upright(std::move(picture), decoder.orientation);
}
