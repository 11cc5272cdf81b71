//===- SelfCheck.cpp - A conversion checks itself -------------------------===//
#include "SelfCheck.h"

#include "CompilerContext.h"
#include "Remedies.h"
#include "tare/Program/Reader.h"
#include "tare/Runtime/Session.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>
#include <cstring>

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

bool areAlike(const Tensor &a, const Tensor &b) {
  return a.type().bytes() == b.type().bytes() && std::memcmp(a.data(), b.data(), a.type().bytes()) == 0;
}

/// Whether all samples have the same tensors.
bool areAlike(const std::vector<std::vector<Tensor>> &samples) {
  return std::ranges::all_of(samples, [&](const std::vector<Tensor> &sample) {
    return std::ranges::equal(sample, samples.front(), [](const Tensor &a, const Tensor &b) { return areAlike(a, b); });
  });
}

/// The share of the integers' range from the least to the greatest that there are; nothing where the host joins an
/// output of several, which have a range each.
std::optional<double> rangeUsed(const runtime::Session &session, const std::vector<std::vector<Tensor>> &results,
                                size_t output) {
  if (session.outputCount(runtime::Form::raw) != session.outputCount(runtime::Form::model))
    return std::nullopt;
  runtime::PortDescription raw = session.describeOutput(output, runtime::Form::raw);
  size_t bytes = sizeOf(raw.type.element);
  if (raw.scales.size() != 1 || bytes > 2)
    return std::nullopt;
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const std::vector<Tensor> &outputs : results) {
    Tensor real = toFloat(outputs[output]);
    auto [least, greatest] = std::minmax_element(real.as<float>(), real.as<float>() + real.count());
    low = std::min<double>(low, *least), high = std::max<double>(high, *greatest);
  }
  // What the model gives as integers comes as these.
  double step = results.front()[output].element() == ElementType::f32 ? raw.scales.front() : 1;
  return (high - low) / (step * (std::ldexp(1.0, 8 * bytes) - 1));
}

class Checker {
public:
  Checker(const CompilationRequest &request, const Compilation &compiled,
          std::shared_ptr<const std::vector<std::byte>> file)
      : request(request), compiled(compiled), file(std::move(file)), inputs(inputsOf(compiled.samples)),
        references(outputsOf(compiled.samples)), threads(request.calibration.threads) {}

  Result<SelfCheck> check(const std::string &name, std::span<const Warning> told) {
    auto model = program::readMemory(*file, file, name);
    if (!model)
      return model.error();
    auto session = runtime::Session::create(std::move(*model));
    if (!session)
      return session.error();
    std::unique_ptr<QuietForm> anew;
    if (!compiled.qdq) {
      auto made = QuietForm::make(request, compiled.ranges, Stage::qdq);
      if (!made)
        return made.error();
      anew = std::move(*made);
    }
    mlir::ModuleOp qdq = anew ? anew->module() : *compiled.qdq;
    SelfCheck result;
    result.samples = inputs.size();
    result.isUnmoved = !areAlike(inputs) && areAlike(references);
    Result<ProgramCheck> checked = checkProgram(qdq, *session, inputs, threads, explanationsOf(told));
    if (!checked)
      return checked.error();
    result.program = std::move(*checked);
    std::vector<OutputParts> parts = outputPartsOf(qdq.lookupSymbol<mlir::func::FuncOp>("main"));
    for (OutputQuality &quality : checkOutputs(parts, references, result.program.outputs, threads)) {
      quality.rangeUsed = rangeUsed(**session, result.program.outputs, result.outputs.size());
      result.outputs.push_back({std::move(quality), std::nullopt, "", std::nullopt});
    }
    if (Status explained = explain(result, parts, *session, qdq, std::move(anew)); !explained)
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

  static bool hasCollapsed(const CheckedOutput &output) { return !output.quality.collapses.empty(); }
  /// Whether so much of it is lost that rounded weights may be why.
  static bool isWeak(const CheckedOutput &output) {
    return hasCollapsed(output) ||
           (!output.quality.unseen && output.quality.difference.sqnr() < weakSqnr + quarterOfError);
  }

  /// Where what has collapsed was lost, and what mends it; and what of all outputs rounded weights have lost. `owner`
  /// has the QDQ form, where it was made for the check.
  Status explain(SelfCheck &result, const std::vector<OutputParts> &parts,
                 std::shared_ptr<const runtime::Session> session, mlir::ModuleOp qdq,
                 std::unique_ptr<QuietForm> owner) {
    const bool areCollapsed = std::ranges::any_of(result.outputs, hasCollapsed);
    const bool areWeights = std::ranges::any_of(result.outputs, isWeak) && WeightLosses::areSuspected(qdq);
    if (result.program.mismatch || !(areCollapsed || areWeights))
      return success();
    auto real = QuietForm::make(request, compiled.ranges, Stage::simplified);
    if (!real)
      return real.error();
    WeightLosses losses;
    if (areWeights) {
      Result<WeightLosses> found = WeightLosses::of(qdq, (*real)->module(), inputs, threads);
      if (!found)
        return found.error();
      losses = std::move(*found);
    }
    // Of a large model each form that is made here is memory.
    owner.reset();
    for (size_t i = 0; i != result.outputs.size(); ++i)
      if (CheckedOutput &output = result.outputs[i]; !hasCollapsed(output) && isWeak(output))
        output.weights = losses.find(output.quality.difference.sqnr(), weakSqnr, [&](const ModelOutputs &outputs) {
          return sqnrOf(Collapse{}, parts[i], i, references, outputs);
        });
    return areCollapsed ? explainCollapses(result, parts, std::move(session), **real, losses) : success();
  }

  Status explainCollapses(SelfCheck &result, const std::vector<OutputParts> &parts,
                          std::shared_ptr<const runtime::Session> session, QuietForm &real,
                          const WeightLosses &losses) {
    Result<ProgramResults> program = ProgramResults::of(std::move(session), inputs, threads);
    if (!program)
      return program.error();
    for (size_t i = 0; i != result.outputs.size(); ++i) {
      if (!hasCollapsed(result.outputs[i]))
        continue;
      const Collapse &first = result.outputs[i].quality.collapses.front();
      Lost lost{i, elementsOf(first, parts[i], references.front()[i].shape())};
      auto origin = findLoss(real.function(), *program, inputs, threads, lost);
      if (!origin)
        return origin.error();
      result.outputs[i].origin = *origin;
    }
    Remedies remedies(request, compiled, real, *file);
    for (size_t i = 0; i != result.outputs.size(); ++i) {
      CheckedOutput &output = result.outputs[i];
      if (!hasCollapsed(output))
        continue;
      const Collapse &first = output.quality.collapses.front();
      output.remedy = remedies.find(parts, i, first);
      if (!output.remedy.empty())
        continue;
      if (std::optional<WeightLoss> loss = weightLossOf(losses, first, parts[i], i)) {
        // The steps that matter are those of its weights, not of its result.
        LossOrigin weights;
        weights.layer = loss->layer;
        weights.sqnr = loss->sqnr;
        weights.operandSqnr = output.origin->operandSqnr;
        weights.cause = loss->text;
        output.origin = std::move(weights);
        output.remedy = loss->text + "; " + loss->remedy;
      } else {
        output.remedy = "no option mends it: " + output.origin->cause;
      }
    }
    return success();
  }

  /// Of a collapse.
  std::optional<WeightLoss> weightLossOf(const WeightLosses &losses, const Collapse &collapse, const OutputParts &parts,
                                         size_t output) const {
    return losses.find(collapse.sqnr, collapsedSqnr + quarterOfError, [&](const ModelOutputs &outputs) {
      return sqnrOf(collapse, parts, output, references, outputs);
    });
  }

  const CompilationRequest &request;
  const Compilation &compiled;
  std::shared_ptr<const std::vector<std::byte>> file;
  std::vector<std::vector<Tensor>> inputs, references;
  size_t threads;
};

} // namespace

Result<SelfCheck> tare::checkConversion(const CompilationRequest &request, const Compilation &compiled,
                                        std::span<const Warning> told,
                                        std::shared_ptr<const std::vector<std::byte>> file, const std::string &name) {
  return Checker(request, compiled, std::move(file)).check(name, told);
}
