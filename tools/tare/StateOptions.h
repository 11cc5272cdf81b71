//===- StateOptions.h - --state ---------------------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_STATEOPTIONS_H
#define TARE_TOOLS_TARE_STATEOPTIONS_H

#include "Driver/Execute/States.h"

#include <CLI/CLI.hpp>

namespace tare {

/// The option --state.
void addStates(CLI::App &app, std::vector<std::string> &texts);

/// What the user says of inputs that are states.
class StateOptions {
public:
  void addTo(CLI::App &app) { addStates(app, texts); }
  Result<std::vector<StateNames>> parse() const { return parseStates(texts); }

private:
  std::vector<std::string> texts;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_STATEOPTIONS_H
