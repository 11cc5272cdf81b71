//===- Budget.cpp - The cheapest widths that reach a goal -----------------===//
#include "Driver/Budget/Budget.h"

#include "Driver/Budget/BudgetReport.h"
#include "Driver/Budget/Sensitivity.h"
#include "Driver/Budget/WidthCosts.h"
#include "Driver/Compare/DifferenceText.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Progress.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numeric>

using namespace tare;

namespace {

/// So many samples run through each trial's program, and so many of these through the float network for each value:
/// which values are worth how much shows on few, what a program reaches is measured on more.
constexpr int64_t trialSamples = 256;
constexpr size_t valueSamples = 16;

/// A few counts from 1 to `most`, evenly; `most` is the last.
std::vector<size_t> stopsUpTo(size_t most) {
  constexpr size_t stops = 8;
  std::vector<size_t> counts;
  for (size_t i = 1; i <= stops; ++i)
    if (const size_t count = i * most / stops; count > 0 && (counts.empty() || counts.back() != count))
      counts.push_back(count);
  return counts;
}

double decibelsOf(double noise) { return -10 * std::log10(noise); }

/// What the request says against a budget.
Status checkRequest(const CompilationRequest &request, const Target &target) {
  if (request.isIr)
    return Error{request.model + ": is IR, whose layers no configuration names any more; give --budget an ONNX model"};
  if (!target.activation(ElementType::i8) || !target.activation(ElementType::i16) || target.powerOfTwoScales())
    return Error{fmt::format("--budget chooses between 8 and 16 bits for each value, but target '{}' has one width in "
                             "a program; take another target, or leave --budget out",
                             target.name)};
  if (request.pipeline.activations != "i8")
    return Error{"--budget begins with activations of 8 bits, found " + request.pipeline.activations +
                 "; give --activations i8"};
  const CalibrationRequest &calibration = request.calibration;
  if (!calibration.random && (calibration.path.empty() || isRangesFile(calibration.path)))
    return Error{request.model +
                 ": --budget measures on samples, and there are none; give --calibration DATA (no ranges file)"};
  return success();
}

class Search {
public:
  Search(const CompilationRequest &request, const BudgetGoal &goal, const Listener &listener)
      : request(request), goal(goal), listener(listener) {}

  Result<BudgetOutcome> run() {
    Result<Target> target = loadTarget(request.pipeline.target);
    if (!target)
      return target.error();
    if (Status fits = checkRequest(request, *target); !fits)
      return fits.error();
    if (Status calibrated = calibrate(); !calibrated)
      return calibrated.error();
    if (candidates.empty())
      return Error{request.model +
                   ": --budget has nothing to choose: the model's own quantizers or a configuration say "
                   "the bits of every value; leave their activations.bits out, or --budget"};
    trials.emplace(request, form, candidates, target->activation(ElementType::i16)->symmetric);
    if (llvm::all_of(trials->outputs(), [](const OutputParts &output) { return output.isDiscrete; }))
      return Error{request.model + ": --budget measures numbers, but all outputs are indices or bools; cut the network "
                                   "in front of them by --outputs"};
    if (Status possible = checkEnds(); !possible)
      return possible.error();
    if (Status measured = measure(); !measured)
      return measured.error();
    Result<std::vector<size_t>> wide = goal.kind == BudgetGoal::Kind::bytes ? withinBytes() : reachingSqnr();
    if (!wide)
      return wide.error();
    return describe(*wide, target->name);
  }

private:
  /// The float form, what its values come to, and the candidates.
  Status calibrate() {
    auto made = QuietForm::make(request, {}, Stage::simplified);
    if (!made)
      return made.error();
    simplified = std::move(*made);
    form.real = simplified->module();
    auto function = form.real.lookupSymbol<mlir::func::FuncOp>("main");
    Result<size_t> atOnce = samplesThatFit(function, request.model, request.calibration.maxMemory);
    if (!atOnce)
      return atOnce.error();
    request.calibration.threads = threadsWithin(request.calibration.threads, *atOnce);
    CalibrationRequest wanted = request.calibration;
    wanted.kept = trialSamples;
    wanted.keepsByHash = true;
    Result<FoundRanges> found = findRanges(form.real, wanted, listener, &form.seen);
    if (!found)
      return found.error();
    form.samples = std::move(found->samples);
    form.chosen = qnn::Choices::of(function);
    auto qdq = QuietForm::make(request, found->ranges, Stage::qdq);
    if (!qdq)
      return qdq.error();
    candidates =
        candidatesOf(function, config::gridsOf((*qdq)->module().lookupSymbol<mlir::func::FuncOp>("main")), form.chosen);
    return success();
  }

  std::vector<size_t> all() const {
    std::vector<size_t> numbers(candidates.size());
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  /// Tries all at 8 and all at 16 bits: an error where the goal lies beyond.
  Status checkEnds() {
    Result<const Trial *> least = trials->run({}), most = trials->run(all());
    if (!least || !most)
      return least ? most.error() : least.error();
    narrow = *least, widest = *most;
    const ProgramCost &cost = narrow->cost;
    if (goal.kind == BudgetGoal::Kind::bytes && cost.bytes() > goal.bytes)
      return Error{fmt::format("{}: --budget {} is not to be reached: with 8 bits everywhere the program takes {} "
                               "bytes, {} of constants and {} of arena; ask for more",
                               request.model, goal.text, cost.bytes(), cost.constantBytes, cost.arenaBytes)};
    if (goal.kind == BudgetGoal::Kind::sqnr && !isWithin(narrow->noise) && !isWithin(widest->noise))
      return unreachable(figuresOf(*widest));
    return success();
  }

  Error unreachable(const BudgetFigures &best) const {
    return Error{fmt::format("{}: --budget {} is not to be reached: where all activations that can have 16 bits have "
                             "them, output '{}' has {} on {} samples of the calibration; ask for less, as weights keep "
                             "their 8 bits",
                             request.model, goal.text, best.output, decibels(best.sqnr), form.samples.size())};
  }

  /// What each candidate adds at 8 bits, together as much as all of them really add.
  Status measure() {
    std::vector<std::vector<Tensor>> inputs;
    for (const EvaluatedSample &sample : llvm::ArrayRef(form.samples).take_front(valueSamples))
      inputs.push_back(sample.inputs);
    auto noise = sensitivitiesOf(form.real, candidates, inputs, request.calibration.threads, listener);
    if (!noise)
      return noise.error();
    alternatives = std::move(*noise);
    costs.emplace(form.real.lookupSymbol<mlir::func::FuncOp>("main"), candidates);
    for (size_t output = 0; output != narrow->noise.size(); ++output)
      scale(output, narrow->noise[output] - widest->noise[output]);
    return success();
  }

  /// Makes the sum of what all candidates add to an output what was measured.
  void scale(size_t output, double measured) {
    double sum = 0;
    for (const NoiseByOutput &each : alternatives)
      sum += each[output];
    if (!std::isfinite(measured) || sum == 0)
      return;
    for (NoiseByOutput &each : alternatives)
      each[output] *= std::max(measured, 0.0) / sum;
  }

  bool isWithin(const NoiseByOutput &noise) const {
    return llvm::all_of(noise, [&](double each) { return decibelsOf(each) >= goal.sqnr; });
  }

  Result<std::vector<size_t>> reachingSqnr() {
    if (isWithin(narrow->noise))
      return std::vector<size_t>();
    const NoiseByOutput limits(widest->noise.size(), std::pow(10, -goal.sqnr / 10));
    auto added = [&](size_t i, const std::vector<bool> &isWide) { return costs->shareOf(costs->added(i, isWide)); };
    const Selection selection = selectWithin(alternatives, widest->noise, limits, added);
    auto first = [&](size_t count) {
      return withCheaper({selection.order.begin(), selection.order.begin() + count}, candidates.size(), added);
    };
    Progress progress(listener, "trying widths", int64_t(candidates.size()));
    auto reaches = [&](size_t count) -> Result<bool> {
      if (Status goesOn = progress.mayGoOn(); !goesOn)
        return goesOn.error();
      progress.advance();
      Result<const Trial *> trial = trials->run(first(count));
      return trial ? Result<bool>(isWithin((*trial)->noise)) : trial.error();
    };
    // Errors may cancel out, so that more is not always better: the first of a few stops that is enough is the most.
    size_t most = candidates.size();
    for (size_t stop : stopsUpTo(most)) {
      Result<bool> enough = reaches(stop);
      if (!enough)
        return enough.error();
      if (*enough) {
        most = stop;
        break;
      }
    }
    Result<size_t> count = leastReaching(std::clamp<size_t>(selection.count, 1, most), most, reaches);
    if (!count)
      return count.error();
    // Where few are left, 16 bits everywhere save the requantizations between.
    const std::vector<size_t> chosen = first(*count);
    auto total = [&](const std::vector<size_t> &set) { return totalOf(set, candidates.size(), added); };
    return total(all()) < total(chosen) ? all() : chosen;
  }

  Result<std::vector<size_t>> withinBytes() {
    Progress progress(listener, "trying widths", int64_t(candidates.size()));
    Result<std::vector<size_t>> fitting =
        largestFitting(orderByNoise(alternatives), [&](const std::vector<size_t> &wide) -> Result<bool> {
          if (Status goesOn = progress.mayGoOn(); !goesOn)
            return goesOn.error();
          progress.advance();
          Result<ProgramCost> cost = trials->costOf(wide);
          return cost ? Result<bool>(cost->bytes() <= goal.bytes) : cost.error();
        });
    return fitting ? bestOf(*fitting) : fitting.error();
  }

  /// Of the beginnings of a list that fit, the one with the best output, measured: errors may cancel out.
  Result<std::vector<size_t>> bestOf(const std::vector<size_t> &list) {
    std::vector<size_t> best;
    double least = narrow->noise[worstOutput(narrow->noise)];
    for (size_t stop : stopsUpTo(list.size())) {
      const std::vector<size_t> some(list.begin(), list.begin() + stop);
      Result<const Trial *> trial = trials->run(some);
      if (!trial)
        return trial.error();
      const double noise = (*trial)->noise[worstOutput((*trial)->noise)];
      if ((*trial)->cost.bytes() <= goal.bytes && noise < least)
        least = noise, best = some;
    }
    return best;
  }

  size_t worstOutput(const NoiseByOutput &noise) const { return std::ranges::max_element(noise) - noise.begin(); }

  BudgetFigures figuresOf(const Trial &trial) const {
    const size_t worst = worstOutput(trial.noise);
    return {trial.cost, decibelsOf(trial.noise[worst]), trials->outputs()[worst].name};
  }

  Result<BudgetOutcome> describe(const std::vector<size_t> &wide, const std::string &target) {
    Result<const Trial *> chosen = trials->run(wide);
    if (!chosen)
      return chosen.error();
    BudgetOutcome outcome;
    outcome.goal = goal, outcome.model = request.model, outcome.target = target;
    outcome.samples = int64_t(form.samples.size()), outcome.candidates = candidates.size();
    outcome.narrow = figuresOf(*narrow), outcome.widest = figuresOf(*widest), outcome.reached = figuresOf(**chosen);
    const NoiseByOutput predicted = noiseWith(alternatives, widest->noise, wide);
    outcome.predicted = decibelsOf(predicted[worstOutput(predicted)]);
    const size_t worst = worstOutput(narrow->noise);
    for (size_t i : wide) {
      const Candidate &each = candidates[i];
      const WidthCost alone = costs->added(i, std::vector<bool>(candidates.size()));
      outcome.wide.push_back(
          {each.layer, each.op, each.names(), alternatives[i][worst] / narrow->noise[worst], alone.bytes, alone.macs});
    }
    outcome.config = configOf(outcome, candidates, wide);
    return outcome;
  }

  CompilationRequest request;
  const BudgetGoal &goal;
  const Listener &listener;
  std::unique_ptr<QuietForm> simplified;
  CalibratedForm form;
  std::vector<Candidate> candidates;
  /// What 8 bits add, by candidate.
  std::vector<NoiseByOutput> alternatives;
  std::optional<WidthCosts> costs;
  std::optional<Trials> trials;
  /// All at 8 bits, and all at 16.
  const Trial *narrow = nullptr, *widest = nullptr;
};

} // namespace

Result<BudgetOutcome> tare::findWidths(const CompilationRequest &request, const BudgetGoal &goal,
                                       const Listener &listener) {
  return Search(request, goal, listener).run();
}
