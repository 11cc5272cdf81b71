//===- ProgramExecutable.cpp - Programs in the runtime --------------------===//
#include "Driver/Execute/ProgramExecutable.h"

#include "Driver/Calibrate/DrawnIntegers.h"
#include "Driver/Execute/DiscreteValues.h"
#include "Driver/Execute/MemoryLimit.h"

#include "tare/Kernels/Registry.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Context.h"

#include <algorithm>
#include <chrono>

using namespace tare;
using runtime::Form;

namespace {

class ProgramRunner : public Runner {
public:
  ProgramRunner(std::unique_ptr<runtime::Context> context, const std::vector<ProgramExecutable::Observed> &observed)
      : context(std::move(context)), observed(observed), numbers(this->context->session().program().layers.size()) {
    for (size_t i = 0; i != observed.size(); ++i)
      if (observed[i].result == 0)
        numbers[observed[i].layer] = i;
  }

  std::vector<Tensor> run(const std::vector<Tensor> &inputs, const Observer &observe) override {
    std::vector<const void *> in;
    for (const Tensor &tensor : inputs)
      in.push_back(tensor.data());
    std::vector<Tensor> outputs;
    std::vector<void *> out;
    for (size_t i = 0; i != context->outputCount(); ++i) {
      outputs.emplace_back(context->session().describeOutput(i, context->outputForm()).type);
      out.push_back(outputs.back().mutableAs<void>());
    }
    runtime::RunOptions options;
    if (observe) {
      options.observe = [&](size_t layer, const ConstTensorView &result) { observe(numbers[layer], result); };
      options.observeFurther = [&](size_t layer, size_t further, const ConstTensorView &result) {
        observe(numbers[layer] + 1 + further, result);
      };
    }
    ran = times ? runTimed(in, out, options) : context->run(in, out, options);
    return outputs;
  }

  Status status(int64_t sample) const override {
    return ran ? ran : Status(ofSample(context->session().model().name(), sample, ran.error().message));
  }

  bool recordTimes(RunTimes &into) override {
    times = &into;
    times->threads = context->threads();
    times->nanoseconds.resize(observed.size());
    times->intervals.resize(observed.size() * times->threads);
    nanoseconds.resize(numbers.size());
    intervals.resize(numbers.size() * times->threads);
    return true;
  }

private:
  Status runTimed(std::span<const void *const> in, std::span<void *const> out, runtime::RunOptions &options) {
    std::fill(nanoseconds.begin(), nanoseconds.end(), 0);
    // As in a loop: the outputs' memory is mapped, weights are in the cache as far as they stay there, threads are
    // awake.
    if (Status ran = context->run(in, out); !ran)
      return ran;
    options.nanoseconds = nanoseconds;
    options.intervals = intervals;
    times->begin = now();
    Status ran = context->run(in, out, options);
    times->end = now();
    for (size_t i = 0; i != observed.size(); ++i) {
      if (observed[i].result != 0)
        continue; // Its layer's time is with the first result.
      times->nanoseconds[i] = nanoseconds[observed[i].layer];
      std::copy_n(intervals.begin() + observed[i].layer * times->threads, times->threads,
                  times->intervals.begin() + i * times->threads);
    }
    return ran;
  }

  static uint64_t now() {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }

  std::unique_ptr<runtime::Context> context;
  const std::vector<ProgramExecutable::Observed> &observed;
  /// How the last run ended.
  Status ran = success();
  /// The number of the first observed result, by the program's layer.
  std::vector<size_t> numbers;
  /// Where times are wanted, those of all the program's layers.
  RunTimes *times = nullptr;
  std::vector<uint64_t> nanoseconds;
  std::vector<runtime::Interval> intervals;
};

/// A reshape whose result lies where its operand lies does nothing.
bool isFree(const program::ProgramT &program, const program::LayerT &layer) {
  const program::TensorT &operand = *program.tensors[layer.operands.front()];
  return layer.op.type == program::Op::Reshape && !operand.constant &&
         operand.arena_offset == program.tensors[layer.result]->arena_offset;
}

} // namespace

ProgramExecutable::ProgramExecutable(std::shared_ptr<const runtime::Session> session)
    : session(std::move(session)), discrete(discreteTensors(this->session->program())) {
  const runtime::Session &s = *this->session;
  for (size_t i = 0; i != s.inputCount(); ++i) {
    inputPorts.push_back(
        {s.program().inputs[i]->name, s.describeInput(i, Form::model).type, s.describeInput(i, Form::raw).type});
    inputPorts.back().held = heldBy(s, i);
    if (const std::string &layout = s.program().inputs[i]->layout; media::deviceFormatOf(layout))
      inputPorts.back().pixels = layout;
  }
  outputPorts = outputsIn(Form::model);
}

/// Where outputs are joined, the program has others than the model.
std::vector<ExecutablePort> ProgramExecutable::outputsIn(Form form) const {
  std::vector<ExecutablePort> ports;
  for (size_t i = 0; i != session->outputCount(form); ++i) {
    runtime::PortDescription port = session->describeOutput(i, form);
    ports.push_back({port.name, port.type, port.type, port.format});
    // The host joins real numbers.
    if (session->outputCount(Form::raw) == session->outputCount(form))
      ports.back().isDiscrete = discrete[session->program().outputs[i]->tensor];
  }
  return ports;
}

Result<std::unique_ptr<Executable>> ProgramExecutable::load(const std::string &path, const ExecutableOptions &options) {
  auto model = program::readFile(path);
  if (!model)
    return model.error();
  auto session = runtime::Session::create(*model, {options.reference});
  if (Status holds = checkProgram((*model)->program().arena_bytes, (*model)->program().constant_bytes, path,
                                  limitOf(options.maxMemory));
      !holds)
    return holds.error();
  if (!session)
    return session.error();
  return std::unique_ptr<Executable>(new ProgramExecutable(*session));
}

Status ProgramExecutable::prepare(const PortForms &forms) {
  const program::ProgramT &program = session->program();
  auto uses = program::analyzeDataflow(program);
  if (!uses)
    return uses.error();
  std::vector<bool> skipped(program.layers.size());
  for (size_t i = 0; i != inputPorts.size(); ++i) {
    inputForms.push_back(forms.rawInputs[i] ? Form::raw : Form::model);
    if (!forms.rawInputs[i])
      continue;
    // The integers come from behind these layers, which therefore do not run.
    program::Boundary boundary = program::inputBoundary(program, *uses, *program.inputs[i]);
    for (size_t layer : boundary.movements)
      skipped[layer] = true;
    if (boundary.cast >= 0)
      skipped[boundary.cast] = true;
  }
  outputForm = forms.rawOutputs ? Form::raw : Form::model;
  outputPorts = outputsIn(outputForm);
  listLayers(skipped);
  return success();
}

void ProgramExecutable::listLayers(const std::vector<bool> &skipped) {
  const program::ProgramT &program = session->program();
  for (size_t i = 0; i != program.layers.size(); ++i) {
    if (skipped[i])
      continue;
    const program::LayerT &layer = *program.layers[i];
    const size_t first = observedLayers.size();
    for (uint32_t index : program::resultsOf(layer)) {
      const program::TensorT &result = *program.tensors[index];
      TensorType type = program::typeOf(result);
      TensorType real = result.scales.empty() ? type : TensorType{ElementType::f32, type.shape};
      observed.push_back({i, observedLayers.size() - first});
      observedLayers.push_back({layer.name, result.name, program::kindOf(layer.op), type, real});
      observedLayers.back().isDiscrete = discrete[index];
    }
    ExecutableLayer &shown = observedLayers[first];
    const runtime::BoundOp &op = session->layer(i);
    shown.isFast = op.isFast();
    if (!isFree(program, layer))
      shown.macs = op.macs(), shown.readBytes = op.readBytes(), shown.writtenBytes = op.writtenBytes();
  }
}

Result<std::unique_ptr<Runner>> ProgramExecutable::makeRunner(size_t threads) const {
  auto context = session->makeContext(inputForms, outputForm, threads);
  if (!context)
    return context.error();
  return std::unique_ptr<Runner>(new ProgramRunner(std::move(*context), observed));
}

std::vector<std::optional<calibration::IntegerRange>> ProgramExecutable::integerInputs() const {
  return rangesOf(drawnInputs(session->model()));
}

Tensor ProgramExecutable::realOf(size_t layer, const ConstTensorView &result) const {
  const program::ProgramT &program = session->program();
  auto [index, number] = observed[layer];
  return realNumbers(*program.tensors[program::resultsOf(*program.layers[index])[number]], result);
}

Tensor tare::realNumbers(const program::TensorT &tensor, const ConstTensorView &result) {
  if (tensor.scales.empty())
    return copyOf(result);
  program::DequantizeT dequantize;
  dequantize.scales = tensor.scales;
  dequantize.axis = tensor.axis;
  dequantize.zero_point = tensor.zero_point;
  program::OpUnion op;
  op.Set(std::move(dequantize));
  Tensor real(ElementType::f32, result.type.shape);
  kernels::lookup(op.type)->reference(op, std::span(&result, 1), real.mutableView());
  return real;
}
