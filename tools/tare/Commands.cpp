//===- Commands.cpp - Every subcommand ------------------------------------===//
#include "Commands.h"

using namespace tare;

std::vector<std::unique_ptr<Command>> tare::makeCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  commands.push_back(makeConvertCommand());
  commands.push_back(makeCalibrateCommand());
  commands.push_back(makeRunCommand());
  commands.push_back(makeCompareCommand());
  commands.push_back(makeEvaluateCommand());
  commands.push_back(makeInspectCommand());
  commands.push_back(makeStripCommand());
  commands.push_back(makeEmitCommand());
  commands.push_back(makeTargetCommand());
  commands.push_back(makeVerifyCommand());
  commands.push_back(makeDoctorCommand());
  return commands;
}
