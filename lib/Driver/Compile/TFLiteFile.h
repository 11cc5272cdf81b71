//===- TFLiteFile.h - A program as a TFLite file ----------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_TFLITEFILE_H
#define TARE_DRIVER_COMPILE_TFLITEFILE_H

#include "tare/TFLite/TFLite.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// A program as a TFLite flatbuffer, and what is told of it.
class TFLiteFile {
public:
  /// An error about the model, by its name, where layers have no TFLite form. `path` is where it will be; empty for
  /// memory alone.
  static Result<TFLiteFile> make(const program::Model &model, const std::string &path);

  /// The flatbuffer.
  std::string_view contents() const { return file.bytes; }
  /// "net.tflite: 31 operators (12 CONV_2D, ..), 12.3 kB".
  std::string text() const;
  /// What LiteRT rounds otherwise than the program, and what TFLite's grids lose; empty where there is nothing.
  std::string roundingText() const;
  void writeJson(llvm::json::OStream &out) const;
  int64_t bytes() const { return int64_t(file.bytes.size()); }

private:
  TFLiteFile(std::string path, tflite::File file) : path(std::move(path)), file(std::move(file)) {}

  std::string path;
  tflite::File file;
};

} // namespace tare

#endif // TARE_DRIVER_COMPILE_TFLITEFILE_H
