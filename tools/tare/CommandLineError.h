//===- CommandLineError.h - What is wrong with a command line ---*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_COMMANDLINEERROR_H
#define TARE_TOOLS_TARE_COMMANDLINEERROR_H

#include "tare/Tensor/Result.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The error for the user, after parsing `app` has thrown `error`: where a name is not known, that, with the one that
/// it may mean; otherwise what the parser says. Ends with where to look.
Error explain(const CLI::App &app, const CLI::ParseError &error);

} // namespace tare

#endif // TARE_TOOLS_TARE_COMMANDLINEERROR_H
