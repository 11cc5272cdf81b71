//===- CommandRun.cpp - A program that scores outputs ---------------------===//
#include "CommandRun.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <optional>
#include <unistd.h>
#include <vector>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// The end of what a program has written to a file.
std::string contentsOf(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer ? (*buffer)->getBuffer().trim().str() : "";
}

std::string shortened(std::string_view text) {
  constexpr size_t shown = 200;
  return text.size() > shown ? std::string(text.substr(0, shown)) + "..." : std::string(text);
}

/// What a program says last is why it ended, as a rule.
std::string lastLine(const std::string &text) {
  return shortened(llvm::StringRef(text).rsplit('\n').second.empty() ? llvm::StringRef(text)
                                                                     : llvm::StringRef(text).rsplit('\n').second);
}

/// This process' own, with one more.
std::vector<std::string> environmentWith(const std::string &name, const std::string &value) {
  std::vector<std::string> all;
  for (char **each = environ; *each; ++each)
    if (!llvm::StringRef(*each).starts_with(name + "="))
      all.push_back(*each);
  all.push_back(name + "=" + value);
  return all;
}

} // namespace

Result<double> tare::numberIn(std::string_view printed) {
  llvm::StringRef text = llvm::StringRef(printed).trim();
  double number = 0;
  // Not llvm's own, which takes no sign of plus and no infinity.
  std::string copy = text.str();
  char *end = nullptr;
  number = std::strtod(copy.c_str(), &end);
  if (!copy.empty() && *end == 0)
    return number;
  return Error{fmt::format("printed '{}', expected one number", shortened(copy))};
}

Result<std::unique_ptr<CommandRun>> CommandRun::create(const std::string &program, const std::string &data) {
  std::error_code error;
  auto placeholder = AtomicFile::createNamed((fs::temp_directory_path(error) / "tare-outputs").string());
  if (!placeholder)
    return placeholder.error();
  return std::unique_ptr<CommandRun>(new CommandRun(program, data, std::move(*placeholder)));
}

CommandRun::~CommandRun() {
  std::error_code ignored;
  for (const char *ending : {".npz", ".out", ".err"})
    fs::remove(file(ending), ignored);
}

Error CommandRun::failure(const std::string &what) const { return Error{fmt::format("'{}' {}", program, what)}; }

Result<double> CommandRun::run() const {
  const std::string outputsPath = outputs(), printed = file(".out"), said = file(".err");
  const std::vector<std::string> environment = environmentWith("TARE_DATA", data);
  llvm::SmallVector<llvm::StringRef> variables(environment.begin(), environment.end());
  const std::optional<llvm::StringRef> streams[] = {llvm::StringRef(""), llvm::StringRef(printed),
                                                    llvm::StringRef(said)};
  std::string problem;
  int code = llvm::sys::ExecuteAndWait(program, {program, outputsPath}, llvm::ArrayRef<llvm::StringRef>(variables),
                                       streams, 0, 0, &problem);
  if (code < 0)
    return failure("cannot be run to its end: " + problem);
  if (std::string words = lastLine(contentsOf(said)); code > 0)
    return failure(fmt::format("ended with exit code {}{}", code, words.empty() ? "" : ": " + words));
  Result<double> number = numberIn(contentsOf(printed));
  return number ? number : failure(number.error().message);
}
