//===- TFLiteFile.cpp - A program as a TFLite file ------------------------===//
#include "Driver/Compile/TFLiteFile.h"

#include "Driver/Json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

Result<TFLiteFile> TFLiteFile::make(const program::Model &model, const std::string &path) {
  Result<tflite::File> file = tflite::writeModel(model);
  if (!file)
    return Error{model.name() + ": " + file.error().message};
  return TFLiteFile(path, std::move(*file));
}

/// "12 CONV_2D, 1 SOFTMAX".
static std::string listOf(const std::map<std::string, int64_t> &counts) {
  std::vector<std::string> parts;
  for (const auto &[name, count] : counts)
    parts.push_back(fmt::format("{} {}", count, name));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string TFLiteFile::text() const {
  int64_t count = 0;
  for (const auto &[name, each] : file.operators)
    count += each;
  return fmt::format("{}{}{} operators ({}), {:.1f} kB", path, path.empty() ? "" : ": ", count, listOf(file.operators),
                     double(bytes()) / 1e3);
}

/// "'shares' 8.5 times, 'gate' 2.0 times".
static std::string listOf(const std::map<std::string, double> &factors) {
  std::vector<std::string> parts;
  for (const auto &[layer, factor] : factors)
    parts.push_back(fmt::format("'{}' {:.1f} times", layer, factor));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string TFLiteFile::roundingText() const {
  std::vector<std::string> parts;
  if (!file.roundedOtherwise.empty())
    parts.push_back(
        fmt::format("LiteRT rounds some layers otherwise than the program: {} (docs/tflite.md says by how much)",
                    listOf(file.roundedOtherwise)));
  if (!file.coarser.empty())
    parts.push_back(
        fmt::format("TFLite prescribes coarser steps than the program's for the results of {}", listOf(file.coarser)));
  return fmt::format("{}", fmt::join(parts, "; "));
}

void TFLiteFile::writeJson(llvm::json::OStream &out) const {
  auto write = [&](const std::map<std::string, int64_t> &counts) {
    for (const auto &[name, count] : counts)
      out.attribute(name, count);
  };
  out.attributeObject("tflite", [&] {
    out.attributeObject("operators", [&] { write(file.operators); });
    out.attributeObject("rounded_otherwise", [&] { write(file.roundedOtherwise); });
    out.attributeObject("coarser", [&] {
      for (const auto &[layer, factor] : file.coarser)
        out.attribute(jsonText(layer), factor);
    });
  });
}
