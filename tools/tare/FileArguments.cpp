//===- FileArguments.cpp - The files that a command line names ------------===//
#include "FileArguments.h"

#include "Driver/ErrorReport.h"
#include "tare/Tensor/StandardStreams.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

using namespace tare;
namespace fs = std::filesystem;

namespace {

constexpr char stream[] = "-";

/// Whether both are one file, or will be; devices take whatever is written.
bool areOne(const fs::path &a, const fs::path &b) {
  std::error_code none;
  if (fs::is_other(a, none))
    return false;
  fs::path settled = fs::weakly_canonical(fs::absolute(a, none), none);
  return !settled.empty() && settled == fs::weakly_canonical(fs::absolute(b, none), none);
}

} // namespace

/// Options are known again by the names of their validators.
static constexpr char fileName[] = "file", folderName[] = "folder";

/// As of a variable of a script that is not set.
static CLI::Option *checkNamed(CLI::Option *option, const char *name) {
  return option->check([](const std::string &given) { return given.empty() ? "found '', expected a name" : ""; }, "",
                       name);
}

static bool hasValidator(CLI::Option &option, const char *name) {
  try {
    return option.get_validator(name);
  } catch (const CLI::OptionNotFound &) {
    return false;
  }
}

bool FileArguments::isFile(CLI::Option &option) { return hasValidator(option, fileName); }
bool FileArguments::isFolder(CLI::Option &option) { return hasValidator(option, folderName); }

CLI::Option *FileArguments::add(CLI::Option *option, std::string &path, Use use) {
  arguments.push_back({option, &path, use});
  return checkNamed(option, use == Use::folder ? folderName : fileName);
}

CLI::Option *FileArguments::reads(CLI::Option *option, std::vector<std::string> &paths) {
  lists.push_back({option, &paths});
  return checkNamed(option, fileName);
}

std::vector<FileArguments::Argument> FileArguments::all() const {
  std::vector<Argument> result = arguments;
  for (const List &list : lists)
    for (std::string &path : *list.paths)
      result.push_back({list.option, &path, Use::read});
  return result;
}

CLI::Option *FileArguments::reads(CLI::Option *option, std::string &path) { return add(option, path, Use::read); }
CLI::Option *FileArguments::writes(CLI::Option *option, std::string &path) { return add(option, path, Use::written); }
CLI::Option *FileArguments::writesFolder(CLI::Option *option, std::string &path) {
  return add(option, path, Use::folder);
}

Status FileArguments::settle(Use use, const std::string &name) {
  const std::vector<Argument> named = all();
  const Argument *first = nullptr;
  for (const Argument &argument : named) {
    if (argument.option->count() == 0 || argument.use != use)
      continue;
    // A file that is called as the stream.
    if (*argument.path == name)
      *argument.path = "./" + name;
    if (*argument.path != stream)
      continue;
    if (first)
      return Error{fmt::format("{} and {} are both -, which is standard {} and can be one of them; name a file",
                               first->option->get_name(), argument.option->get_name(),
                               use == Use::read ? "input" : "output")};
    first = &argument;
  }
  if (first)
    *first->path = name;
  return success();
}

Status FileArguments::settle(bool json) {
  for (const Argument &argument : all())
    if (argument.use == Use::folder && argument.option->count() > 0 && *argument.path == stream)
      return Error{fmt::format("{} is -, found a stream, expected the name of a folder", argument.option->get_name())};
  if (Status settled = settle(Use::read, standardInput); !settled)
    return settled;
  if (Status settled = settle(Use::written, standardOutput); !settled)
    return settled;
  if (json && takesStandardOutput())
    return Error{"--json and an output that is - both write to standard output; name a file, or leave --json out"};
  return checkApart();
}

/// The later one would replace the earlier.
Status FileArguments::checkApart() const {
  auto isWritten = [](const Argument &argument) { return argument.use != Use::read && argument.option->count() > 0; };
  const std::vector<Argument> named = all();
  for (auto first = named.begin(); first != named.end(); ++first)
    for (auto second = std::next(first); second != named.end(); ++second)
      if (isWritten(*first) && isWritten(*second) && areOne(*first->path, *second->path))
        return Error{fmt::format("{} and {} are both '{}'; name another file for one of them",
                                 first->option->get_name(), second->option->get_name(), *first->path)};
  return success();
}

bool FileArguments::takesStandardOutput() const {
  return std::ranges::any_of(all(), [](const Argument &argument) { return *argument.path == standardOutput; });
}

std::string FileArguments::main() const {
  for (const Argument &argument : all())
    if (argument.use == Use::read && argument.option->count() > 0)
      return *argument.path;
  return "";
}

std::string FileArguments::fileOf(std::string_view message) const {
  std::vector<std::string> given;
  for (const Argument &argument : all())
    if (argument.option->count() > 0)
      given.push_back(*argument.path);
  return fileIn(message, given);
}
