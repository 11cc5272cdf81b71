//===- Remedies.cpp - Options that mend a collapsed output ----------------===//
#include "Driver/Check/Remedies.h"

#include "Driver/Check/ProgramResults.h"
#include "Driver/Compare/DifferenceText.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using calibration::Method;
using calibration::Ranges;
using calibration::ValueRange;

namespace {

bool isMeasured(const ValueRange &range) {
  return range.label == calibration::calibratedLabel || range.label == calibration::inheritedLabel;
}

calibration::Range seenBy(const ValueRange &range) {
  return {std::min(range.seenMin, 0.0), std::max(range.seenMax, 0.0)};
}

/// What --method min_max would have found: calibration notes what it sees by any method.
Ranges widest(Ranges ranges) {
  for (auto &[name, range] : ranges.values)
    if (isMeasured(range))
      range.min = seenBy(range).min, range.max = seenBy(range).max;
  ranges.method = nameOf(Method::minMax);
  return ranges;
}

/// (A59) What --method auto would have found for 16 bits, where it has found `ranges` for 8: what has outliers even
/// there had them here.
Ranges widestWithoutOutliers(Ranges ranges) {
  constexpr calibration::GridKind grid{65536};
  const double widest = double(grid.levels - 1) / calibration::fewestSteps(grid);
  for (auto &[name, range] : ranges.values) {
    calibration::Range seen = seenBy(range);
    if (isMeasured(range) && seen.max - seen.min <= widest * (range.max - range.min))
      range.min = seen.min, range.max = seen.max;
  }
  return ranges;
}

} // namespace

Remedies::Remedies(const CompilationRequest &request, const Compilation &compiled, mlir::ModuleOp real,
                   std::span<const std::byte> program)
    : request(request), compiled(compiled), program(program) {
  addMethods(real);
  addWiderActivations(real);
}

void Remedies::addMethods(mlir::ModuleOp real) {
  const calibration::SearchOptions &search = request.calibration.search;
  // Where steps are powers of two, calibration's own errors choose them.
  if (search.powersOfTwo)
    return;
  if (search.method != Method::minMax)
    candidates.push_back({"--method min_max", request, [this] { return widest(compiled.ranges); }});
  for (Method method : {Method::percentile, Method::mse}) {
    calibration::SearchOptions other = search;
    other.method = method;
    if (search.method != method && compiled.seen && compiled.seen->suffice(other))
      candidates.push_back({fmt::format("--method {}", nameOf(method)), request, [this, real, other] {
                              return rangesOf(real, *compiled.seen, other, request.calibration.threads);
                            }});
  }
}

void Remedies::addWiderActivations(mlir::ModuleOp real) {
  Result<Target> target = loadTarget(request.pipeline.target);
  const ActivationFormat *wide = target ? target->activation(ElementType::i16) : nullptr;
  if (!wide || request.pipeline.activations == "i16")
    return;
  calibration::SearchOptions other = request.calibration.search;
  other.grid = {wide->symmetric ? 65535 : 65536, wide->symmetric};
  const bool isSeen = compiled.seen && compiled.seen->suffice(other);
  const bool isAutomatic = other.method == Method::automatic;
  candidates.push_back({"--activations i16", request, [this, real, other, isSeen, isAutomatic] {
                          if (isSeen)
                            return rangesOf(real, *compiled.seen, other, request.calibration.threads);
                          return isAutomatic ? widestWithoutOutliers(compiled.ranges) : compiled.ranges;
                        }});
  candidates.back().request.pipeline.activations = "i16";
}

std::vector<std::vector<Tensor>> Remedies::outputsOf(const Candidate &candidate) const {
  auto form = QuietForm::make(candidate.request, candidate.ranges(), Stage::npu);
  if (!form)
    return {};
  auto file = (*form)->program();
  if (!file || std::ranges::equal(**file, program))
    return {};
  auto session = sessionOf(*file, candidate.option);
  if (!session)
    return {};
  std::vector<std::vector<Tensor>> inputs;
  for (const EvaluatedSample &sample : compiled.samples)
    inputs.push_back(sample.inputs);
  auto outputs = runProgram(**session, inputs, request.calibration.threads);
  return outputs ? std::move(*outputs) : std::vector<std::vector<Tensor>>();
}

std::string Remedies::find(const std::vector<OutputParts> &parts, size_t output, const Collapse &collapse) {
  std::vector<std::vector<Tensor>> references;
  for (const EvaluatedSample &sample : compiled.samples)
    references.push_back(sample.outputs);
  std::string partial;
  double best = collapsedSqnr;
  for (Candidate &candidate : candidates) {
    if (!candidate.outputs)
      candidate.outputs = outputsOf(candidate);
    if (candidate.outputs->empty())
      continue;
    OutputQuality quality = checkOutputs(parts, references, *candidate.outputs, request.calibration.threads)[output];
    if (quality.equal) {
      if (quality.collapses.empty())
        return fmt::format("{} mends it ({})", candidate.option, equalText(quality.difference));
      continue;
    }
    double sqnr = sqnrOf(collapse, parts[output], output, references, *candidate.outputs);
    if (quality.collapses.empty() && sqnr >= collapsedSqnr)
      return fmt::format("{} mends it (SQNR {})", candidate.option, decibels(sqnr));
    const bool isWhole = collapse.isOutput && !quality.collapses.empty() && !quality.collapses.front().isOutput;
    if (isWhole && sqnr >= best) {
      best = sqnr;
      partial = fmt::format("{} mends it as a whole (SQNR {}), though not each of its slices", candidate.option,
                            decibels(sqnr));
    }
  }
  return partial;
}
