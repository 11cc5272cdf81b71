//===- States.cpp - Inputs that a model gave itself -----------------------===//
#include "tare/Tensor/States.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>

using namespace tare;

namespace {

std::string namesOf(const std::vector<InputDeclaration> &ports) {
  std::vector<std::string> names;
  for (const InputDeclaration &port : ports)
    names.push_back("'" + port.name + "'");
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

Result<size_t> indexOf(const std::string &name, const std::vector<InputDeclaration> &ports, const char *kind) {
  auto found = std::ranges::find(ports, name, &InputDeclaration::name);
  if (found == ports.end())
    return Error{fmt::format("the model has no {} '{}', expected one of {}", kind, name, namesOf(ports))};
  return size_t(found - ports.begin());
}

Error ofState(const StateNames &names, const std::string &problem) {
  return Error{fmt::format("--state {}={}: {}", names.input, names.output, problem)};
}

std::string textOf(const TensorType &type) {
  return fmt::format("{} [{}]", nameOf(type.element), fmt::join(type.shape, ", "));
}

Tensor zeros(const TensorType &type) {
  Tensor tensor(type);
  if (type.bytes() != 0)
    std::memset(tensor.mutableView().data, 0, type.bytes());
  return tensor;
}

} // namespace

Result<StateNames> tare::parseState(const std::string &text) {
  size_t sign = text.rfind('=');
  if (sign == std::string::npos || sign == 0 || sign + 1 == text.size())
    return Error{fmt::format("--state: found '{}', expected INPUT=OUTPUT, as h=h_out", text)};
  return StateNames{text.substr(0, sign), text.substr(sign + 1)};
}

Result<std::vector<State>> tare::findStates(const std::vector<StateNames> &names,
                                            const std::vector<InputDeclaration> &inputs,
                                            const std::vector<InputDeclaration> &outputs) {
  std::vector<State> states;
  for (const StateNames &pair : names) {
    auto input = indexOf(pair.input, inputs, "input");
    auto output = indexOf(pair.output, outputs, "output");
    if (!input || !output)
      return ofState(pair, (!input ? input.error() : output.error()).message);
    if (std::ranges::count(states, *input, &State::input))
      return ofState(pair, fmt::format("the input '{}' is a state already; give each input once", pair.input));
    const TensorType &in = inputs[*input].type, &out = outputs[*output].type;
    if (in != out)
      return ofState(pair, fmt::format("the input is {}, the output {}; expected the same, as one step's output is the "
                                       "next one's input",
                                       textOf(in), textOf(out)));
    states.push_back({*input, *output});
  }
  std::ranges::sort(states, {}, &State::input);
  return states;
}

std::vector<InputDeclaration> tare::withoutStates(std::vector<InputDeclaration> inputs,
                                                  const std::vector<State> &states) {
  for (auto state = states.rbegin(); state != states.rend(); ++state)
    inputs.erase(inputs.begin() + state->input);
  return inputs;
}

StateFeed::StateFeed(std::vector<State> states, const std::vector<InputDeclaration> &inputs)
    : states(std::move(states)) {
  for (const State &state : this->states) {
    types.push_back(inputs[state.input].type);
    current.push_back(zeros(types.back()));
  }
}

void StateFeed::complete(Sample &sample) {
  // In the order of the inputs, so that each place is the final one.
  for (size_t i = 0; i != states.size(); ++i) {
    if (sample.beginsFile)
      current[i] = zeros(types[i]);
    sample.inputs.insert(sample.inputs.begin() + states[i].input, current[i]);
  }
}

void StateFeed::keep(const std::vector<Tensor> &outputs) {
  for (size_t i = 0; i != states.size(); ++i)
    current[i] = outputs[states[i].output];
}

Result<std::optional<Sample>> SamplesWithStates::next() {
  std::scoped_lock lock(mutex);
  Result<std::optional<Sample>> sample = source->next();
  if (!sample || !*sample)
    return sample;
  feed.complete(**sample);
  auto outputs = run(**sample);
  if (!outputs)
    return outputs.error();
  feed.keep(*outputs);
  return sample;
}
