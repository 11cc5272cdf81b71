//===- StateOptions.cpp - --state -----------------------------------------===//
#include "StateOptions.h"

#include <fmt/format.h>

using namespace tare;

void StateOptions::addTo(CLI::App &app) {
  app.add_option("--state", texts,
                 "An input that is what an output was for the sample before, as h=h_out: samples are steps, and it is\n"
                 "zero before the first of each file; may be repeated")
      ->type_name("IN=OUT")
      ->allow_extra_args(false);
}

Result<std::vector<StateNames>> StateOptions::parse() const {
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
