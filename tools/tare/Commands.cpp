//===- Commands.cpp - Every subcommand ------------------------------------===//
#include "Commands.h"

using namespace tare;

namespace {

struct Task {
  /// The title that `tare --help` lists the commands under; without one it does not.
  const char *title;
  std::vector<std::unique_ptr<Command> (*)()> commands;
};

/// By what one wants to do, in the order in which one comes to do it.
std::vector<Task> tasks() {
  return {{"Convert a network", {makeDoctorCommand, makeConfigCommand, makeCalibrateCommand, makeConvertCommand}},
          {"Run and compare", {makeRunCommand, makeCompareCommand, makeEvaluateCommand, makeExplainCommand}},
          {"Look into it and prove it", {makeInspectCommand, makeReportCommand, makeVerifyCommand}},
          {"Take it to hardware", {makeTargetCommand, makeStripCommand, makeEmitCommand}},
          {"Work in a shell", {makeCompletionCommand}},
          {"", {makeManualCommand}}};
}

} // namespace

std::vector<std::unique_ptr<Command>> tare::makeCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  for (const Task &task : tasks())
    for (auto make : task.commands) {
      commands.push_back(make());
      commands.back()->setTask(task.title);
    }
  return commands;
}
