//===- FileArguments.h - The files that a command line names ----*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_FILEARGUMENTS_H
#define TARE_TOOLS_TARE_FILEARGUMENTS_H

#include "tare/Tensor/Result.h"

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

/// A command's files: each is `-`, where it may be, or a path.
class FileArguments {
public:
  /// `option` sets `path` to a file that is read, which may be standard input.
  CLI::Option *reads(CLI::Option *option, std::string &path);
  /// The same of any number of files.
  CLI::Option *reads(CLI::Option *option, std::vector<std::string> &paths);
  /// A file that is written, which may be standard output.
  CLI::Option *writes(CLI::Option *option, std::string &path);
  /// A folder, which is never a stream.
  CLI::Option *writesFolder(CLI::Option *option, std::string &path);

  /// Whether an option was given to one of these: what it names.
  static bool isFile(CLI::Option &option);
  static bool isFolder(CLI::Option &option);

  /// After parsing: "-" becomes the name of its stream (tare/Tensor/StandardStreams.h). An error where a stream would
  /// have two uses, `json` says that standard output has one already, or where two outputs would be one file.
  Status settle(bool json);
  /// Whether what the command writes goes to standard output.
  bool takesStandardOutput() const;
  /// The file that a message is about; empty where it names none. A file that a message begins with is that of a step
  /// in which something happened to another one, where it names one.
  std::string fileOf(std::string_view message) const;
  /// The file that the command line is about: the first that it reads; empty where it reads none.
  std::string main() const;

private:
  enum class Use { read, written, folder };
  struct Argument {
    CLI::Option *option;
    std::string *path;
    Use use;
  };
  /// Files of which the command line says how many there are.
  struct List {
    CLI::Option *option;
    std::vector<std::string> *paths;
  };
  /// After parsing: those of lists, too.
  std::vector<Argument> all() const;
  CLI::Option *add(CLI::Option *option, std::string &path, Use use);
  Status settle(Use use, const std::string &stream);
  Status checkApart() const;

  std::vector<Argument> arguments;
  std::vector<List> lists;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_FILEARGUMENTS_H
