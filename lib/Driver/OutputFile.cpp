//===- OutputFile.cpp - What may be written to -----------------------===//
#include "Driver/OutputFile.h"

#include "Driver/Execute/Executable.h"
#include "tare/Media/Picture.h"
#include "tare/Media/Sound.h"
#include "tare/Onnx/ExternalFiles.h"
#include "tare/Tensor/StandardStreams.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// Whether a file of this name is read as data.
bool isData(const fs::path &path) {
  return path.extension().string().starts_with(".np") || media::isPictureName(path.string()) ||
         media::isSoundName(path.string());
}

/// Whether the folder, or one in it, holds the file under some name. Only arrays, pictures and sounds are read.
bool holds(const fs::path &folder, const fs::path &file, bool goesDown = true) {
  std::error_code none;
  for (fs::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    std::error_code absent;
    if (isData(entry->path()) && fs::equivalent(entry->path(), file, absent))
      return true;
    if (goesDown && entry->is_directory(absent) && holds(entry->path(), file, /*goesDown=*/false))
      return true;
  }
  return false;
}

/// Whether the file is read with the input: as one of a folder of data, or as weights beside a model or IR.
bool isReadWith(const std::string &input, const fs::path &file) {
  std::error_code none;
  if (fs::is_directory(input, none))
    return holds(input, file);
  Result<ModelKind> kind = kindOfModel(input);
  if (!kind)
    return false;
  if (*kind == ModelKind::ir)
    return holds(fs::path(input).parent_path() / "weights", file);
  return *kind == ModelKind::onnx && std::ranges::any_of(onnx::externalFiles(input), [&](const std::string &weights) {
    return fs::equivalent(weights, file, none);
  });
}

} // namespace

Status tare::checkOutput(const std::string &output, std::span<const std::string> inputs) {
  std::error_code none;
  if (!fs::is_regular_file(output, none))
    return success();
  for (const std::string &input : inputs)
    if (!input.empty() && (fs::equivalent(output, input, none) || isReadWith(input, output)))
      return Error{fmt::format("cannot write {}: it is what '{}' is read from; name another file", output, input)};
  return success();
}

Status tare::checkEnding(const std::string &output, std::initializer_list<std::string_view> endings) {
  constexpr std::string_view told[] = {".tare", ".onnx", ".mlir", ".mlirbc", ".npz",  ".npy",    ".json",
                                       ".yaml", ".yml",  ".csv",  ".txt",    ".html", ".tflite", ".stats"};
  std::error_code none;
  std::string found = fs::path(output).extension().string();
  if (output == standardOutput || !std::ranges::count(told, found) || fs::is_other(output, none) ||
      std::ranges::count(endings, found))
    return success();
  return Error{fmt::format("cannot write {}: found a name that ends in '{}', expected one that ends in {}", output,
                           found, fmt::join(endings, " or "))};
}
