//===- InputOptions.h - What is said of inputs ------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_INPUTOPTIONS_H
#define TARE_TOOLS_TARE_INPUTOPTIONS_H

#include "FileArguments.h"
#include "tare/Driver/Inputs.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The option --preprocess.
CLI::Option *addPreprocess(CLI::App &app, std::string &file);

/// The options --input-shape, --input-value, --input-type and --preprocess of commands that read ONNX models.
void addInputOptions(CLI::App &app, FileArguments &files, driver::InputChoices &inputs);

} // namespace tare

#endif // TARE_TOOLS_TARE_INPUTOPTIONS_H
