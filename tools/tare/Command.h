//===- Command.h - A subcommand of the driver -------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_COMMAND_H
#define TARE_TOOLS_TARE_COMMAND_H

#include "Console.h"
#include "FileArguments.h"
#include "tare/Tensor/Result.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// `tare NAME ...`: one subclass each, in files of its own, listed in
/// makeCommands().
class Command {
public:
  /// `example` is a command line and, in the lines after it, what is worth
  /// knowing about it; --help ends with it.
  Command(std::string name, std::string summary, std::string example);
  virtual ~Command() = default;

  /// What `tare --help` lists it under; it does not list those without.
  void setTask(std::string title) { task = std::move(title); }
  /// Adds the subcommand and its options to the command line.
  void addTo(CLI::App &app);
  /// Whether the command line names this one.
  bool isChosen() const { return app->parsed(); }
  /// What is to be settled after parsing, and the work. The error is printed by main.
  Status settleAndRun();
  /// The file that a message of run() is about; empty where there is none.
  std::string fileOf(std::string_view message) const { return files.fileOf(message); }
  /// The message as an error that names a file: where it names none, that which the run is about stands in front.
  Error naming(const std::string &message) const;

  /// The outputs that are complete, as the end of an error: "; x.tare is complete". Empty where there are none.
  std::string completed() const;

protected:
  virtual void addOptions(CLI::App &app) = 0;
  virtual Status run() = 0;

  /// Of the options as they were parsed; lives as long as the command.
  const Console &console() const { return *terminal; }
  /// --json: the result as JSON on standard output.
  bool json = false;
  bool quiet = false;
  /// --verbose: each warning on a line of its own.
  bool verbose = false;
  /// Every file that an option names.
  FileArguments files;
  /// Files and folders that have got their final names.
  std::vector<std::string> complete;
  /// --threads; 0 for as many as there are cores.
  size_t threads = 0;

private:
  std::optional<Console> terminal;
  std::string name, summary, example, task;
  CLI::App *app = nullptr;
};

/// All subcommands, in the order in which --help lists them.
std::vector<std::unique_ptr<Command>> makeCommands();

} // namespace tare

#endif // TARE_TOOLS_TARE_COMMAND_H
