//===- States.cpp - Inputs that are what outputs were ---------------------===//
#include "Driver/Execute/States.h"

#include <fmt/format.h>

using namespace tare;

Result<std::vector<StateNames>> tare::parseStates(const std::vector<std::string> &texts) {
  std::vector<StateNames> names;
  for (const std::string &text : texts) {
    auto parsed = parseState(text);
    if (!parsed)
      return parsed.error();
    names.push_back(std::move(*parsed));
  }
  return names;
}

static std::vector<InputDeclaration> declarationsOf(const std::vector<ExecutablePort> &ports) {
  std::vector<InputDeclaration> declarations;
  for (const ExecutablePort &port : ports)
    declarations.push_back({port.name, port.real});
  return declarations;
}

std::vector<InputDeclaration> tare::realInputsOf(const Executable &executable) {
  return declarationsOf(executable.inputs());
}

Result<std::vector<State>> tare::findStates(const std::vector<StateNames> &names, const Executable &executable) {
  return findStates(names, realInputsOf(executable), declarationsOf(executable.outputs()));
}

Status tare::checkStates(const std::vector<StateNames> &names, const Dataset &data, const std::string &path) {
  for (const StateNames &state : names)
    if (data.has(state.input))
      return Error{
          fmt::format("{}: has an array for the input '{}', which --state says is zero first and then what '{}' "
                      "gives; leave the array or the option out",
                      path, state.input, state.output)};
  return success();
}
