//===- Command.cpp - A subcommand of the driver ---------------------------===//
#include "Command.h"
#include "Environment.h"
#include "Numbers.h"

using namespace tare;

Command::Command(std::string name, std::string summary, std::string example)
    : name(std::move(name)), summary(std::move(summary)), example(std::move(example)) {}

std::string Command::completed() const {
  std::string text;
  for (const std::string &output : complete)
    text += "; " + output + " is complete";
  return text;
}

Error Command::naming(const std::string &message) const {
  std::string file = files.fileOf(message).empty() ? files.main() : "";
  return Error{file.empty() ? message : file + ": " + message};
}

Status Command::settleAndRun() {
  terminal.emplace(json, quiet, verbose);
  if (Status settled = files.settle(json); !settled)
    return settled;
  if (files.takesStandardOutput())
    leaveOutputToFiles();
  for (const std::string &complaint : environmentComplaints(threads == 0))
    console().warning(complaint);
  return run();
}

void Command::addTo(CLI::App &parent) {
  app = parent.add_subcommand(name, summary)->group(task);
  app->footer("Example:\n  " + example);
  addOptions(*app);
  app->add_flag("--json", json, "Write the result to standard output as JSON");
  auto *silent = app->add_flag("-q,--quiet", quiet, "No progress, no warnings");
  app->add_flag("--verbose", verbose, "Say more: each warning on a line of its own, each value of a calibration")
      ->excludes(silent);
  app->add_option("--threads", threads, "How many threads to use, 1 to 1024 (default: as many as there are cores)")
      ->type_name("N")
      ->check(wholeNumber(1, 1024));
}
