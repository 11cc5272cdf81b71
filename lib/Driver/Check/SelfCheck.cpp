//===- SelfCheck.cpp - A conversion checks itself -------------------------===//
#include "Driver/Check/SelfCheck.h"

#include "Driver/Check/Remedies.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Execute/MemoryLimit.h"
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

/// What a check keeps of a sample beside the QDQ form's values: the program's memory, and all its layers' results.
double bytesOfResults(const program::Model &model) {
  double bytes = double(model.program().arena_bytes);
  for (const auto &layer : model.program().layers)
    bytes += double(model.type(layer->result).bytes());
  return bytes;
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
    Result<size_t> atOnce = samplesThatFit(qdq.lookupSymbol<mlir::func::FuncOp>("main"), request.model,
                                           request.calibration.maxMemory, bytesOfResults((*session)->model()));
    if (!atOnce) {
      result.unchecked = atOnce.error().message;
      return result;
    }
    threads = threadsWithin(threads, *atOnce);
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
  /// Whether so much of it is lost that rounded weights may be why: what they alone leave is no less than what is left,
  /// but for errors that happen to cancel out.
  static bool isWeak(const CheckedOutput &output) {
    constexpr double chance = 2;
    if (output.quality.equal)
      return hasCollapsed(output);
    return hasCollapsed(output) || (!output.quality.unseen && output.quality.difference.sqnr() < weakSqnr + chance);
  }

  /// Where what has collapsed was lost, and what mends it; and what of all outputs rounded weights have lost. `owner`
  /// has the QDQ form, where it was made for the check.
  Status explain(SelfCheck &result, const std::vector<OutputParts> &parts,
                 std::shared_ptr<const runtime::Session> session, mlir::ModuleOp qdq,
                 std::unique_ptr<QuietForm> owner) {
    const bool areCollapsed = std::ranges::any_of(result.outputs, hasCollapsed);
    if (result.program.mismatch || std::ranges::none_of(result.outputs, isWeak))
      return success();
    WeightLosses losses(qdq);
    if (!areCollapsed && losses.empty())
      return success();
    // Of a large model each form that is made here is memory.
    owner.reset();
    std::unique_ptr<QuietForm> made;
    if (!compiled.real) {
      auto form = QuietForm::make(request, compiled.ranges, Stage::simplified);
      if (!form)
        return form.error();
      made = std::move(*form);
    }
    mlir::ModuleOp real = made ? made->module() : compiled.real.get();
    losses.measureIn(real, inputs, threads);
    for (size_t i = 0; i != result.outputs.size(); ++i)
      // What rounded weights leave is measured in dB, of which indices have none.
      if (CheckedOutput &output = result.outputs[i]; isWeak(output) && !output.quality.equal) {
        auto found = weightLossOf(losses, output, parts[i], i);
        if (!found)
          return found.error();
        output.weights = std::move(*found);
      }
    return areCollapsed ? explainCollapses(result, parts, std::move(session), real) : success();
  }

  /// What rounded weights have lost of a collapse, or of an output that is weak.
  Result<std::optional<WeightLoss>> weightLossOf(WeightLosses &losses, const CheckedOutput &output,
                                                 const OutputParts &parts, size_t index) const {
    const bool isCollapsed = hasCollapsed(output);
    const Collapse collapse = isCollapsed ? output.quality.collapses.front() : Collapse{};
    const double found = isCollapsed ? collapse.sqnr : output.quality.difference.sqnr();
    return losses.find(
        found, isCollapsed ? collapsedSqnr + quarterOfError : weakSqnr,
        [&](const ModelOutputs &outputs) { return sqnrOf(collapse, parts, index, references, outputs); });
  }

  Status explainCollapses(SelfCheck &result, const std::vector<OutputParts> &parts,
                          std::shared_ptr<const runtime::Session> session, mlir::ModuleOp real) {
    // What options change is the activations: what is lost without them stays lost.
    auto isLostAnyway = [](const CheckedOutput &output) {
      return output.weights && output.weights->sqnr < collapsedSqnr;
    };
    std::vector<size_t> open;
    std::vector<Lost> lost;
    for (size_t i = 0; i != result.outputs.size(); ++i)
      if (CheckedOutput &output = result.outputs[i]; hasCollapsed(output) && isLostAnyway(output)) {
        blameWeights(output);
      } else if (hasCollapsed(output)) {
        open.push_back(i);
        lost.push_back({i, elementsOf(output.quality.collapses.front(), parts[i], references.front()[i].shape())});
      }
    if (open.empty())
      return success();
    auto origins = findLosses(real, std::move(session), inputs, threads, lost);
    if (!origins)
      return origins.error();
    Remedies remedies(request, compiled, real, *file);
    for (auto [i, origin] : llvm::zip(open, *origins)) {
      CheckedOutput &output = result.outputs[i];
      output.origin = origin;
      output.remedy = remedies.find(parts, i, output.quality.collapses.front());
      if (!output.remedy.empty())
        output.weights.reset();
      else if (output.weights)
        blameWeights(output);
      else
        output.remedy = "no option mends it: " + output.origin->cause;
    }
    return success();
  }

  /// The steps that matter are those of a layer's weights, not of its result.
  static void blameWeights(CheckedOutput &output) {
    LossOrigin weights;
    weights.layer = output.weights->layer;
    weights.sqnr = output.weights->sqnr;
    weights.operandSqnr = output.origin ? output.origin->operandSqnr : HUGE_VAL;
    weights.cause = output.weights->text;
    output.origin = std::move(weights);
    output.remedy = output.weights->text + "; " + output.weights->remedy;
    output.weights.reset();
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
