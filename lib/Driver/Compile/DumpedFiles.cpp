//===- DumpedFiles.cpp - Which files of a folder a dump wrote -------------===//
#include "Driver/Compile/DumpedFiles.h"

#include "tare/Tensor/AtomicFile.h"

#include "llvm/Support/Regex.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>

using namespace tare;
namespace fs = std::filesystem;

namespace {

constexpr char listName[] = ".tare-dump";

bool isNumbered(const std::string &name) {
  static const llvm::Regex numbered("^[0-9][0-9]+-[a-z0-9-]+\\.mlir$");
  return numbered.match(name);
}

/// Whoever has written the list, it names nothing outside the folder.
bool isOfDumps(const std::string &name) {
  static const llvm::Regex weights("^weights/[^/]+\\.npy$");
  return isNumbered(name) || weights.match(name);
}

std::set<std::string> listedIn(const std::string &folder) {
  std::set<std::string> names;
  std::ifstream file(fs::path(folder) / listName);
  for (std::string name; std::getline(file, name);)
    if (isOfDumps(name))
      names.insert(name);
  return names;
}

} // namespace

DumpedFiles::DumpedFiles(std::string folder) : folder(std::move(folder)), names(listedIn(this->folder)) {}

Status DumpedFiles::begin() {
  std::error_code error;
  fs::create_directories(folder, error);
  for (auto name = names.begin(); !error && name != names.end();) {
    if (!isNumbered(*name)) {
      ++name;
      continue;
    }
    fs::remove(fs::path(folder) / *name, error);
    name = names.erase(name);
  }
  return error ? Status(Error{folder + ": " + error.message()}) : success();
}

Status DumpedFiles::claim(const std::string &file) {
  std::string name = fs::path(file).lexically_relative(folder).generic_string();
  std::error_code none;
  if (names.contains(name))
    return success();
  if (fs::exists(fs::symlink_status(file, none)))
    return Error{file + ": exists, and no dump wrote it; move it away, or name another folder"};
  names.insert(std::move(name));
  return save();
}

/// Before the file itself is there: one that is not listed could not be replaced any more.
Status DumpedFiles::save() const {
  std::string text;
  for (const std::string &name : names)
    text += name + "\n";
  return writeFile((fs::path(folder) / listName).string(), text);
}

/// A file may be in the way, of the folder or of one above it.
static Status checkMayBeMade(const fs::path &folder) {
  std::error_code none;
  for (fs::path path = folder; !path.empty(); path = path.parent_path()) {
    if (fs::exists(path, none) && !fs::is_directory(path, none))
      return Error{fmt::format("--dump-ir {}: '{}' is a file, expected a folder, which is made where it is not there; "
                               "name another one",
                               folder.string(), path.string())};
    if (path == path.root_path())
      break;
  }
  return success();
}

Status tare::checkDumpFolder(const std::string &folder, const std::string &model, bool isIr,
                             std::span<const std::string> inputs) {
  std::error_code none;
  if (!fs::is_directory(folder, none))
    return checkMayBeMade(folder);
  if (fs::path path = fs::canonical(folder, none); !path.empty() && path == path.root_path())
    return Error{"--dump-ir " + folder +
                 ": is the root of the file system; expected a folder of the dump's own, which is made where it is not "
                 "there"};
  auto isIn = [&](const fs::path &file) {
    return fs::equivalent(fs::absolute(file, none).parent_path(), folder, none);
  };
  if (isIr && (isIn(model) || isIn(fs::canonical(model, none))))
    return Error{
        fmt::format("cannot dump into {}: the IR '{}' lies there, with files that a dump replaces; name another "
                    "folder",
                    folder, model)};
  for (const std::string &name : listedIn(folder))
    for (const std::string &input : inputs)
      if (!input.empty() && fs::equivalent(fs::path(folder) / name, input, none))
        return Error{fmt::format("cannot dump into {}: '{}' is a file of the dump that lies there; name another folder",
                                 folder, input)};
  return success();
}
