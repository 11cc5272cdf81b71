//===- CSource.h - A program as C -------------------------------*- C++ -*-===//
//
// C99 that computes what a program does, bit for bit, without heap and without any of Tare's libraries: one function,
// one arena, constants. docs/c-source.md says what whoever includes it may rely on.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CSOURCE_CSOURCE_H
#define TARE_CSOURCE_CSOURCE_H

#include "tare/Runtime/Session.h"

#include <optional>

namespace tare::csource {

/// What a program gives for a sample: its own tensors (runtime::Form::program).
struct GoldenSample {
  std::vector<Tensor> inputs, outputs;
};

struct SourceOptions {
  /// What every name that others see begins with, and the files' names: an identifier of C.
  std::string prefix;
  /// Whether constants of a kilobyte or more are in a file of their own.
  bool splitWeights = false;
  /// Samples for a test that comes with the source, with a CMakeLists.txt; none without samples.
  std::vector<GoldenSample> test = {};
};

struct SourceFile {
  std::string name, text;
};

struct Source {
  std::vector<SourceFile> files;
  /// The memory to run in, and what is constant.
  int64_t arenaBytes = 0, constantBytes = 0;
};

/// Whether the text is a name that a C source's names may begin with.
bool isPrefix(std::string_view text);
/// The name made of a file's: "mobile_net" of "models/mobile-net.onnx".
std::string prefixOf(std::string_view path);

/// The source of a program. An error that names the layer and what to do where one has no C.
Result<Source> writeSource(const runtime::Session &session, const SourceOptions &options);

} // namespace tare::csource

#endif // TARE_CSOURCE_CSOURCE_H
