//===- Model.cpp - Whatever can be run ------------------------------------===//
#include "tare/Driver/Execute.h"

#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/Options.h"

#include <fmt/format.h>
#include <mutex>

using namespace tare;
using driver::Model;

namespace {

/// Passes on what loading says, as long as it loads.
class Relay : public Listener {
public:
  explicit Relay(const Listener &target) : target(&target) {}
  void end() { target = nullptr; }

  void warning(const std::string &message) const override {
    if (target)
      target->warning(message);
  }
  void remark(const std::string &message) const override {
    if (target)
      target->remark(message);
  }
  bool isVerbose() const override { return target && target->isVerbose(); }

private:
  const Listener *target;
};

} // namespace

struct Model::State {
  std::string path;
  Relay relay;
  std::unique_ptr<Executable> executable;
  std::vector<Port> inputs, outputs;
  std::vector<Layer> layers;

  std::mutex mutex;
  /// Those that no thread runs.
  std::vector<std::unique_ptr<Runner>> idle;

  Result<std::unique_ptr<Runner>> takeRunner();
  void describe();
  Status checkInputs(const std::vector<Tensor> &given) const;
};

Result<std::unique_ptr<Runner>> Model::State::takeRunner() {
  {
    std::lock_guard lock(mutex);
    if (!idle.empty()) {
      std::unique_ptr<Runner> runner = std::move(idle.back());
      idle.pop_back();
      return runner;
    }
  }
  return executable->makeRunner(1);
}

Status Model::State::checkInputs(const std::vector<Tensor> &given) const {
  if (given.size() != inputs.size())
    return Error{fmt::format("{}: found {} inputs, expected {}", path, given.size(), inputs.size())};
  for (size_t i = 0; i != given.size(); ++i)
    if (given[i].type() != inputs[i].type)
      return Error{fmt::format("{}: input '{}': found {}, expected {}", path, inputs[i].name, toString(given[i].type()),
                               toString(inputs[i].type))};
  return success();
}

void Model::State::describe() {
  const std::vector<std::optional<calibration::IntegerRange>> integers = executable->integerInputs();
  for (const ExecutablePort &port : executable->inputs()) {
    const size_t index = inputs.size();
    inputs.push_back({port.name, port.real});
    if (index < integers.size() && integers[index])
      inputs.back().integers = std::pair(integers[index]->low, integers[index]->high);
  }
  for (const ExecutablePort &port : executable->outputs())
    outputs.push_back({port.name, port.typeInModel(port.real)});
  for (const ExecutableLayer &layer : executable->layers())
    layers.push_back({layer.name, layer.value, layer.kind, layer.real});
}

Result<std::shared_ptr<Model>> Model::load(const std::string &path, const ModelOptions &options,
                                           const Listener &listener, const std::string &data) {
  Result<ExecutableOptions> wanted = executableOptions({path}, options);
  if (!wanted)
    return wanted.error();
  wanted->import.roundsTo16Bits = true;
  auto state = std::unique_ptr<State>(new State{path, Relay(listener), {}, {}, {}, {}, {}, {}});
  auto executable = loadForData(path, *wanted, data, state->relay);
  if (!executable)
    return executable.error();
  state->executable = std::move(*executable);
  PortForms real{std::vector<bool>(state->executable->inputs().size()), false};
  if (Status prepared = state->executable->prepare(real); !prepared)
    return prepared.error();
  state->executable->showWarnings();
  state->relay.end();
  state->describe();
  return std::shared_ptr<Model>(new Model(std::move(state)));
}

Model::Model(std::unique_ptr<State> state) : state(std::move(state)) {}
Model::~Model() = default;

const std::string &Model::path() const { return state->path; }
const std::vector<driver::Port> &Model::inputs() const { return state->inputs; }
const std::vector<driver::Port> &Model::outputs() const { return state->outputs; }
const std::vector<driver::Layer> &Model::layers() const { return state->layers; }

Result<std::vector<Tensor>> Model::run(const std::vector<Tensor> &inputs, const Observer &observe) const {
  if (Status taken = state->checkInputs(inputs); !taken)
    return taken.error();
  Result<std::unique_ptr<Runner>> runner = state->takeRunner();
  if (!runner)
    return runner.error();
  Runner::Observer show;
  if (observe)
    show = [&](size_t layer, const ConstTensorView &result) {
      observe(layer, state->executable->realOf(layer, result));
    };
  std::vector<Tensor> results = (*runner)->run(inputs, show);
  Status ran = (*runner)->status(0);
  for (size_t i = 0; ran && i != results.size(); ++i)
    results[i] = state->executable->outputs()[i].asInModel(results[i]);
  std::lock_guard lock(state->mutex);
  state->idle.push_back(std::move(*runner));
  return ran ? Result<std::vector<Tensor>>(std::move(results)) : ran.error();
}
