//===- OutputFile.cpp - What a command may write to -----------------------===//
#include "OutputFile.h"

#include <filesystem>
#include <fmt/format.h>

using namespace tare;
namespace fs = std::filesystem;

Status tare::checkOutput(const std::string &output, std::span<const std::string> inputs) {
  std::error_code none;
  if (!fs::is_regular_file(output, none))
    return success();
  for (const std::string &input : inputs)
    if (!input.empty() && fs::equivalent(output, input, none))
      return Error{fmt::format("cannot write {}: it is what '{}' is read from; name another file", output, input)};
  return success();
}
