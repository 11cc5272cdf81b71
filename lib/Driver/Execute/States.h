//===- States.h - Inputs that are what outputs were -------------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_STATES_H
#define TARE_DRIVER_EXECUTE_STATES_H

#include "Driver/Execute/Executable.h"
#include "tare/Tensor/States.h"

namespace tare {

/// Pairs of names, each "h=h_out".
Result<std::vector<StateNames>> parseStates(const std::vector<std::string> &texts);

/// The inputs of an executable, of real numbers.
std::vector<InputDeclaration> realInputsOf(const Executable &executable);

/// The states of an executable that takes and gives real numbers.
Result<std::vector<State>> findStates(const std::vector<StateNames> &names, const Executable &executable);

/// An error where data have an array of a state, which begins with zeros and is fed back.
Status checkStates(const std::vector<StateNames> &names, const Dataset &data, const std::string &path);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_STATES_H
