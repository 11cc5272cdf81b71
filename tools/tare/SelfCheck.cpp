//===- SelfCheck.cpp - A conversion checks itself -------------------------===//
#include "SelfCheck.h"

#include "CompilerContext.h"
#include "Remedies.h"
#include "tare/Runtime/Session.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

std::vector<std::vector<Tensor>> inputsOf(const std::vector<EvaluatedSample> &samples) {
  std::vector<std::vector<Tensor>> inputs;
  for (const EvaluatedSample &sample : samples)
    inputs.push_back(sample.inputs);
  return inputs;
}

std::vector<std::vector<Tensor>> outputsOf(const std::vector<EvaluatedSample> &samples) {
  std::vector<std::vector<Tensor>> outputs;
  for (const EvaluatedSample &sample : samples)
    outputs.push_back(sample.outputs);
  return outputs;
}

/// The share of the integers' range from the least to the greatest that there are; nothing where the host joins an
/// output of several, which have a range each.
std::optional<double> rangeUsed(const ProgramResults &program, size_t output) {
  const runtime::Session &session = program.session();
  if (session.outputCount(runtime::Form::raw) != session.outputCount(runtime::Form::model))
    return std::nullopt;
  runtime::PortDescription raw = session.describeOutput(output, runtime::Form::raw);
  size_t bytes = sizeOf(raw.type.element);
  if (raw.scales.size() != 1 || bytes > 2)
    return std::nullopt;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const std::vector<Tensor> &outputs : program.outputs()) {
    Tensor real = toFloat(outputs[output]);
    auto [least, greatest] = std::minmax_element(real.as<float>(), real.as<float>() + real.count());
    low = std::min<double>(low, *least), high = std::max<double>(high, *greatest);
  }
  // What the model gives as integers comes as these.
  double step = program.outputs().front()[output].element() == ElementType::f32 ? raw.scales.front() : 1;
  return (high - low) / (step * (std::ldexp(1.0, 8 * bytes) - 1));
}

class Checker {
public:
  Checker(const CompilationRequest &request, const Compilation &compiled)
      : request(request), compiled(compiled), inputs(inputsOf(compiled.samples)),
        references(outputsOf(compiled.samples)), threads(request.calibration.threads) {}

  Result<SelfCheck> check(std::shared_ptr<const program::Model> model, std::span<const Warning> told) {
    auto session = runtime::Session::create(std::move(model));
    if (!session)
      return session.error();
    Result<ProgramResults> program = ProgramResults::of(*session, inputs, threads);
    if (!program)
      return program.error();
    auto qdq = QuietForm::make(request, compiled.ranges, Stage::qdq);
    if (!qdq)
      return qdq.error();
    SelfCheck result;
    result.samples = inputs.size();
    Result<ProgramCheck> checked = checkProgram((*qdq)->module(), *program, inputs.front(), explanationsOf(told));
    if (!checked)
      return checked.error();
    result.program = *checked;
    std::vector<OutputParts> parts = outputPartsOf((*qdq)->function());
    qdq->reset();
    for (OutputQuality &quality : checkOutputs(parts, references, program->outputs())) {
      quality.rangeUsed = rangeUsed(*program, result.outputs.size());
      result.outputs.push_back({std::move(quality), std::nullopt, ""});
    }
    if (Status explained = explain(result, parts, *program); !explained)
      return explained.error();
    return result;
  }

private:
  Explanations explanationsOf(std::span<const Warning> told) const {
    Explanations explanations;
    if (Result<Target> target = loadTarget(request.pipeline.target))
      explanations.multiplierBits = target->multiplierBits;
    for (const Warning &warning : told)
      if (warning.unit == CostUnit::lsb)
        explanations.told.insert(warning.layer);
    return explanations;
  }

  /// Where what has collapsed was lost, and what mends it.
  Status explain(SelfCheck &result, const std::vector<OutputParts> &parts, const ProgramResults &program) {
    auto hasCollapsed = [](const CheckedOutput &output) { return !output.quality.collapses.empty(); };
    if (result.program.mismatch || std::ranges::none_of(result.outputs, hasCollapsed))
      return success();
    auto real = QuietForm::make(request, compiled.ranges, Stage::simplified);
    if (!real)
      return real.error();
    for (size_t i = 0; i != result.outputs.size(); ++i) {
      if (!hasCollapsed(result.outputs[i]))
        continue;
      const Collapse &first = result.outputs[i].quality.collapses.front();
      auto origin = findLoss((*real)->function(), program, inputs, threads, {first.value, i, first.isPart});
      if (!origin)
        return origin.error();
      result.outputs[i].origin = *origin;
    }
    Remedies remedies(request, compiled, **real);
    for (size_t i = 0; i != result.outputs.size(); ++i)
      if (hasCollapsed(result.outputs[i]))
        result.outputs[i].remedy = remedies.find(parts, i);
    return success();
  }

  const CompilationRequest &request;
  const Compilation &compiled;
  std::vector<std::vector<Tensor>> inputs, references;
  size_t threads;
};

} // namespace

Result<SelfCheck> tare::checkConversion(const CompilationRequest &request, const Compilation &compiled,
                                        std::span<const Warning> told, std::shared_ptr<const program::Model> model) {
  return Checker(request, compiled).check(std::move(model), told);
}
