//===- ShardOptions.h - --partial and --merge -------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_SHARDOPTIONS_H
#define TARE_TOOLS_TARE_SHARDOPTIONS_H

#include "Driver/Calibrate/Shards.h"
#include "FileArguments.h"

#include <CLI/CLI.hpp>

namespace tare {

void addShardOptions(CLI::App &app, FileArguments &files, ShardOptions &options);

} // namespace tare

#endif // TARE_TOOLS_TARE_SHARDOPTIONS_H
