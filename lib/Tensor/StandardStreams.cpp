//===- StandardStreams.cpp - Standard input and output as files -----------===//
#include "tare/Tensor/StandardStreams.h"

#include "Spool.h"
#include "SystemError.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <unistd.h>
#include <vector>

using namespace tare;

namespace {

Error cannotRead(const std::string &reason) { return Error{fmt::format("cannot read {}: {}", standardInput, reason)}; }

Status copyStandardInput(Spool &spool) {
  std::vector<char> buffer(1 << 20);
  while (true) {
    ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return cannotRead(systemError());
    if (got == 0)
      return success();
    if (auto written = spool.append(buffer.data(), size_t(got)); !written)
      return cannotRead(written.error().message);
  }
}

/// Lives until the process ends, as its path may be opened at any time.
Result<std::shared_ptr<Spool>> spoolStandardInput() {
  std::error_code error;
  auto spool = Spool::create(std::filesystem::temp_directory_path(error).string());
  if (!spool)
    return cannotRead(spool.error().message);
  if (Status copied = copyStandardInput(**spool); !copied)
    return copied.error();
  return spool;
}

} // namespace

Result<std::string> tare::pathToOpen(const std::string &path) {
  if (path != standardInput) {
    std::error_code none;
    if (std::filesystem::is_other(path, none))
      return Error{fmt::format("cannot read {}: it is not a regular file", path)};
    return path;
  }
  static const Result<std::shared_ptr<Spool>> spool = spoolStandardInput();
  if (!spool)
    return spool.error();
  return (*spool)->path();
}
