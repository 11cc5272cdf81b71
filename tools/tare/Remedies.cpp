//===- Remedies.cpp - Options that mend a collapsed output ----------------===//
#include "Remedies.h"

#include "ProgramResults.h"
#include "tare/Emitter/Emitter.h"
#include "tare/Program/Reader.h"
#include "tare/Target/Target.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using calibration::Method;
using calibration::Ranges;
using calibration::ValueRange;

namespace {

/// Data are looked at anew where they make no more activations than these, about a second's work.
constexpr int64_t quickCalibration = int64_t(1) << 27;

/// The elements of all values that the graph computes of a sample.
int64_t activationsOf(mlir::func::FuncOp function) {
  int64_t elements = 0;
  for (mlir::Operation &op : function.front().without_terminator())
    if (auto type = mlir::dyn_cast<mlir::RankedTensorType>(op.getResultTypes().front()))
      elements += type.getNumElements();
  return elements;
}

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

Result<std::unique_ptr<QuietForm>> QuietForm::make(CompilationRequest request, const Ranges &ranges, Stage last) {
  std::unique_ptr<QuietForm> quiet(new QuietForm());
  request.last = last;
  request.dumpFolder.clear();
  request.timing = false;
  request.calibration.known = &ranges;
  auto compiled = compile(request, *quiet->context, {});
  if (mlir::failed(compiled))
    return quiet->context.takeError(request.model);
  quiet->form = std::move(compiled->module);
  return quiet;
}

mlir::func::FuncOp QuietForm::function() { return form->lookupSymbol<mlir::func::FuncOp>("main"); }

Remedies::Remedies(const CompilationRequest &request, const Compilation &compiled, QuietForm &real,
                   std::span<const std::byte> program)
    : request(request), compiled(compiled), program(program) {
  addMethods(real);
  addWiderActivations();
}

void Remedies::addMethods(QuietForm &real) {
  const calibration::SearchOptions &search = request.calibration.search;
  // Where steps are powers of two, calibration's own errors choose them.
  if (search.powersOfTwo)
    return;
  if (search.method != Method::minMax)
    candidates.push_back({"--method min_max", request, [this] { return widest(compiled.ranges); }});
  if (compiled.ranges.samples * activationsOf(real.function()) > quickCalibration)
    return;
  for (Method method : {Method::percentile, Method::mse}) {
    if (search.method == method)
      continue;
    CalibrationRequest anew = request.calibration;
    anew.search.method = method;
    anew.kept = 0;
    candidates.push_back(
        {fmt::format("--method {}", nameOf(method)), request, [&real, anew]() -> std::optional<Ranges> {
           std::vector<EvaluatedSample> none;
           Result<Ranges> ranges = findRanges(real.module(), anew, none, {});
           return ranges ? std::optional(std::move(*ranges)) : std::nullopt;
         }});
  }
}

void Remedies::addWiderActivations() {
  Result<Target> target = loadTarget(request.pipeline.target);
  if (!target || !target->activation(ElementType::i16) || request.pipeline.activations == "i16")
    return;
  bool isAutomatic = request.calibration.search.method == Method::automatic;
  candidates.push_back({"--activations i16", request, [this, isAutomatic] {
                          return isAutomatic ? widestWithoutOutliers(compiled.ranges) : compiled.ranges;
                        }});
  candidates.back().request.pipeline.activations = "i16";
}

std::vector<std::vector<Tensor>> Remedies::outputsOf(const Candidate &candidate) const {
  std::optional<Ranges> ranges = candidate.ranges();
  if (!ranges)
    return {};
  auto form = QuietForm::make(candidate.request, *ranges, Stage::npu);
  if (!form)
    return {};
  auto emitted = emitProgram((*form)->module());
  if (mlir::failed(emitted))
    return {};
  auto bytes = program::serialize(std::move(emitted->program), emitted->constants);
  if (!bytes || std::ranges::equal(*bytes, program))
    return {};
  auto file = std::make_shared<const std::vector<std::byte>>(std::move(*bytes));
  auto model = program::readMemory(*file, file, candidate.option);
  if (!model)
    return {};
  auto session = runtime::Session::create(*model);
  if (!session)
    return {};
  std::vector<std::vector<Tensor>> inputs;
  for (const EvaluatedSample &sample : compiled.samples)
    inputs.push_back(sample.inputs);
  Result<ProgramResults> results = ProgramResults::of(*session, inputs, request.calibration.threads);
  return results ? results->outputs() : std::vector<std::vector<Tensor>>();
}

std::string Remedies::find(const std::vector<OutputParts> &parts, size_t output, const Collapse &collapse) {
  std::vector<std::vector<Tensor>> references;
  for (const EvaluatedSample &sample : compiled.samples)
    references.push_back(sample.outputs);
  for (Candidate &candidate : candidates) {
    if (!candidate.outputs)
      candidate.outputs = outputsOf(candidate);
    if (candidate.outputs->empty())
      continue;
    OutputQuality quality = checkOutputs(parts, references, *candidate.outputs, request.calibration.threads)[output];
    double sqnr = sqnrOf(collapse, parts[output], output, references, *candidate.outputs);
    if (quality.collapses.empty() && sqnr >= collapsedSqnr)
      return fmt::format("{} mends it (SQNR {:.1f} dB)", candidate.option, sqnr);
  }
  return "";
}
