//===- TFLiteFile.h - A program as a TFLite file ----------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_TFLITEFILE_H
#define TARE_TOOLS_TARE_TFLITEFILE_H

#include "tare/TFLite/TFLite.h"

#include "llvm/Support/JSON.h"

namespace tare {

/// A program as a TFLite flatbuffer: what was written, and what is told of it.
class TFLiteFile {
public:
  /// An error about the model, by its name, where layers have no TFLite form or the file cannot be written.
  static Result<TFLiteFile> write(const program::Model &model, const std::string &path);

  /// "net.tflite: 31 operators (12 CONV_2D, ..), 12.3 kB".
  std::string text() const;
  /// What LiteRT rounds otherwise than the program, and what TFLite's grids lose; empty where there is nothing.
  std::string roundingText() const;
  void writeJson(llvm::json::OStream &out) const;
  int64_t bytes() const { return int64_t(size); }

private:
  TFLiteFile(std::string path, tflite::File file);

  std::string path;
  size_t size;
  std::map<std::string, int64_t> operators, roundedOtherwise;
  std::map<std::string, double> coarser;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_TFLITEFILE_H
