//===- CSourceArguments.h - How a program is written as C -------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CSOURCEARGUMENTS_H
#define TARE_TOOLS_TARE_CSOURCEARGUMENTS_H

#include "Driver/Compile/CSourceFolder.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The options of commands that write C.
struct CSourceArguments : CSourceOptions {
  void addTo(CLI::App &app);
  /// An error where one is given without what they belong to, which is called `form`.
  Status checkUnused(const std::string &form) const;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_CSOURCEARGUMENTS_H
