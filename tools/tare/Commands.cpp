//===- Commands.cpp - Every subcommand ------------------------------------===//
#include "Commands.h"

using namespace tare;

std::vector<std::unique_ptr<Command>> tare::makeCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  return commands;
}
