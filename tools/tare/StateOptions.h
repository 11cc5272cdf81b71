//===- StateOptions.h - --state ---------------------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_STATEOPTIONS_H
#define TARE_TOOLS_TARE_STATEOPTIONS_H

#include "Executable.h"
#include "tare/Tensor/States.h"

#include <CLI/CLI.hpp>

namespace tare {

/// What the user says of inputs that are states.
class StateOptions {
public:
  void addTo(CLI::App &app);
  Result<std::vector<StateNames>> parse() const;

private:
  std::vector<std::string> texts;
};

/// The inputs of an executable, of real numbers.
std::vector<InputDeclaration> realInputsOf(const Executable &executable);

/// The states of an executable that takes and gives real numbers.
Result<std::vector<State>> findStates(const std::vector<StateNames> &names, const Executable &executable);

/// An error where data have an array of a state, which begins with zeros and is fed back.
Status checkStates(const std::vector<StateNames> &names, const Dataset &data, const std::string &path);

} // namespace tare

#endif // TARE_TOOLS_TARE_STATEOPTIONS_H
