//===- SharedOptions.h - Options that several commands have -----*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_SHAREDOPTIONS_H
#define TARE_TOOLS_TARE_SHAREDOPTIONS_H

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

namespace tare {

/// The option --inputs of commands that run models on samples.
CLI::Option *addInputs(CLI::App &app, std::string &path);

/// The option --max-memory, in units of 2^20 bytes.
void addMemoryLimit(CLI::App &app, int64_t &megabytes);

} // namespace tare

#endif // TARE_TOOLS_TARE_SHAREDOPTIONS_H
