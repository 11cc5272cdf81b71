//===- Diagnosis.cpp - What a conversion would make of a model ------------===//
#include "Driver/Doctor/Diagnosis.h"

#include "Driver/Choices.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Compile/HostReport.h"
#include "Driver/Compile/Request.h"
#include "Driver/Execute/MemoryLimit.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "tare/Emitter/Emitter.h"

#include <algorithm>
#include <fmt/format.h>
#include <tuple>

using namespace tare;
using namespace mlir;

namespace {

/// The message without the file that it begins with.
std::string withoutFile(std::string message, const std::string &file) {
  const std::string prefix = file + ": ";
  return llvm::StringRef(message).starts_with(prefix) ? message.substr(prefix.size()) : message;
}

/// Ranges of data that nobody has: what a conversion needs of them is that each value has one.
Result<calibration::Ranges> triedRanges(const CompilationRequest &request, const Listener &listener) {
  CompilationRequest simplified = request;
  simplified.last = Stage::simplified;
  CompilerContext context(listener);
  FailureOr<Compilation> compiled = compile(simplified, *context, listener);
  if (failed(compiled))
    return context.takeError(request.model);
  context.dropWarnings();
  Result<size_t> atOnce = samplesThatFit(compiled->module->lookupSymbol<func::FuncOp>("main"), request.model,
                                         request.calibration.maxMemory);
  if (!atOnce)
    return atOnce.error();
  // What is known of a value is some range; two samples are as good as many.
  CalibrationRequest random = request.calibration;
  random.random = true;
  random.samples = 2;
  random.threads = threadsWithin(random.threads, *atOnce);
  Result<FoundRanges> found = findRanges(*compiled->module, random, listener);
  if (!found)
    return found.error();
  for (auto &[name, range] : found->ranges.values)
    if (range.label == calibration::nanLabel || range.label == calibration::deadLabel) {
      range = calibration::ValueRange();
      range.label = calibration::calibratedLabel;
      range.min = range.seenMin = -1, range.max = range.seenMax = 1;
    }
  return std::move(found->ranges);
}

void addHost(std::vector<DiagnosedOperator> &operators, const HostShare &layer) {
  auto found = std::ranges::find_if(operators, [&](const auto &entry) { return entry.isHost && entry.op == layer.op; });
  DiagnosedOperator &entry =
      found == operators.end() ? operators.emplace_back(DiagnosedOperator{layer.op, true, 0, 0, 0, {}}) : *found;
  ++entry.layers, entry.macs += layer.macs, entry.bytes += layer.bytes;
  if (!std::ranges::count(entry.reasons, layer.reason))
    entry.reasons.push_back(layer.reason);
}

void take(Diagnosis &diagnosis, const HostReport &report) {
  diagnosis.macs = report.macs, diagnosis.bytes = report.bytes;
  for (const OperatorShare &share : report.operators)
    diagnosis.operators.push_back({share.op, false, share.layers, share.macs, share.bytes, {}});
  for (const HostShare &layer : report.layers)
    addHost(diagnosis.operators, layer);
  auto weight = [](const DiagnosedOperator &entry) {
    return std::tuple(-entry.macs, -entry.bytes, entry.op, entry.isHost);
  };
  std::ranges::sort(diagnosis.operators, {}, weight);
}

/// The stage of IR; that of ONNX models is the first.
Result<Stage> reachedStage(const CompilationRequest &request, const Listener &listener) {
  if (!request.isIr)
    return Stage::import;
  CompilerContext context(listener);
  FailureOr<Stage> stage = stageOfFile(request.model, *context);
  return failed(stage) ? Result<Stage>(context.takeError(request.model)) : *stage;
}

/// Why the conversion fails, from a stage on; nothing where it does not. IR may have its ranges.
std::optional<Error> tryConversion(const CompilationRequest &request, Stage first, const Listener &listener,
                                   Diagnosis &diagnosis) {
  CompilationRequest whole = request;
  std::optional<calibration::Ranges> tried;
  if (first < Stage::ranges) {
    Result<calibration::Ranges> ranges = triedRanges(request, listener);
    if (!ranges)
      return ranges.error();
    whole.calibration.known = &tried.emplace(std::move(*ranges));
  }
  whole.pipeline.allowUncalibrated = first < Stage::qdq;
  CompilerContext context(listener);
  FailureOr<Compilation> compiled = compile(whole, *context, listener);
  if (failed(compiled))
    return context.takeError(request.model);
  FailureOr<EmittedProgram> emitted = emitProgram(*compiled->module);
  // What is told of ranges is of no data.
  context.dropWarnings();
  if (failed(emitted))
    return context.takeError(request.model);
  take(diagnosis, hostReportOf(*compiled->module));
  if (first >= Stage::qdq && emitted->program.target)
    diagnosis.target = emitted->program.target->name;
  diagnosis.arenaBytes = emitted->program.arena_bytes;
  for (const auto &constant : emitted->constants)
    diagnosis.constantBytes += constant.size();
  return std::nullopt;
}

std::string problemOf(const onnx::Survey &survey) {
  if (survey.refused.empty())
    return survey.problem;
  const onnx::RefusedNode &first = survey.refused.front();
  std::string text =
      fmt::format("{} node{} refused: node '{}' ({}, opset {}): {}", survey.refused.size(),
                  survey.refused.size() == 1 ? " is" : "s are", first.layer, first.op, first.opset, first.reason);
  return survey.refused.size() == 1 ? text : text + fmt::format("; and {} more", survey.refused.size() - 1);
}

} // namespace

Result<Diagnosis> tare::diagnoseModel(const driver::DoctorOptions &options, const Listener &listener) {
  Result<CompilationRequest> request = requestOf(options);
  if (!request)
    return request.error();
  request->inputs = splitLists(options.inputs);
  request->outputs = splitLists(options.outputs);
  Diagnosis diagnosis;
  diagnosis.model = request->model;
  diagnosis.target = request->pipeline.target;
  diagnosis.activations = request->pipeline.activations;
  if (!request->isIr) {
    onnx::ImportOptions import = request->import;
    import.inputs = request->inputs;
    import.outputs = request->outputs;
    CompilerContext context(listener);
    Result<onnx::Survey> survey = onnx::surveyModel(request->model, import, *context);
    if (!survey)
      return survey.error();
    diagnosis.survey = std::move(*survey);
    diagnosis.problem = problemOf(*diagnosis.survey);
  }
  Result<Stage> first = reachedStage(*request, listener);
  if (!first)
    return first.error();
  if (request->isIr)
    diagnosis.stage = nameOf(*first);
  if (*first >= Stage::qdq)
    diagnosis.activations.clear();
  if (diagnosis.converts())
    if (std::optional<Error> error = tryConversion(*request, *first, listener, diagnosis))
      diagnosis.problem = withoutFile(error->message, request->model);
  return diagnosis;
}

std::string tare::errorOf(const Diagnosis &diagnosis) {
  return fmt::format("{}: would not convert: {}", diagnosis.model, diagnosis.problem);
}
