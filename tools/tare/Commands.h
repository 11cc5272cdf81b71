//===- Commands.h - Every subcommand ----------------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_COMMANDS_H
#define TARE_TOOLS_TARE_COMMANDS_H

#include "Command.h"

namespace tare {

// Each in the file of its name; makeManualCommand() with the completion.
std::unique_ptr<Command> makeDoctorCommand();
std::unique_ptr<Command> makeConvertCommand();
std::unique_ptr<Command> makeCalibrateCommand();
std::unique_ptr<Command> makeRunCommand();
std::unique_ptr<Command> makeCompareCommand();
std::unique_ptr<Command> makeEvaluateCommand();
std::unique_ptr<Command> makeExplainCommand();
std::unique_ptr<Command> makeInspectCommand();
std::unique_ptr<Command> makeReportCommand();
std::unique_ptr<Command> makeStripCommand();
std::unique_ptr<Command> makeEmitCommand();
std::unique_ptr<Command> makeTargetCommand();
std::unique_ptr<Command> makeConfigCommand();
std::unique_ptr<Command> makeVerifyCommand();
std::unique_ptr<Command> makeCompletionCommand();
std::unique_ptr<Command> makeManualCommand();

} // namespace tare

#endif // TARE_TOOLS_TARE_COMMANDS_H
