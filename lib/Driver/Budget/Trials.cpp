//===- Trials.cpp - Programs in which some values have 16 bits ------------===//
#include "Driver/Budget/Trials.h"

#include "Driver/Budget/Rules.h"
#include "Driver/Check/OutputCheck.h"
#include "Driver/Check/ProgramResults.h"
#include "Driver/Compile/HostReport.h"

#include <algorithm>
#include <cmath>

using namespace tare;

/// A program in memory.
struct Trials::Made {
  ProgramCost cost;
  std::shared_ptr<const runtime::Session> session;
};

Trials::Trials(const CompilationRequest &request, const CalibratedForm &calibrated,
               const std::vector<Candidate> &candidates, bool symmetric)
    : request(request), calibrated(calibrated), candidates(candidates), symmetric(symmetric),
      parts(outputPartsOf(mlir::ModuleOp(calibrated.real).lookupSymbol<mlir::func::FuncOp>("main"))) {
  for (const EvaluatedSample &sample : calibrated.samples) {
    inputs.push_back(sample.inputs);
    references.push_back(sample.outputs);
  }
}

Result<ProgramCost> Trials::costOf(const std::vector<size_t> &wide) {
  Result<Made> made = make(wide);
  return made ? Result<ProgramCost>(made->cost) : made.error();
}

Result<const Trial *> Trials::run(const std::vector<size_t> &wide) {
  std::vector<size_t> key = wide;
  std::ranges::sort(key);
  if (auto found = known.find(key); found != known.end())
    return &found->second;
  Result<Made> made = make(wide);
  if (!made)
    return made.error();
  auto outputs = runProgram(*made->session, inputs, request.calibration.threads);
  if (!outputs)
    return outputs.error();
  Trial trial{made->cost, noiseOf(*outputs)};
  return &known.emplace(std::move(key), std::move(trial)).first->second;
}

Result<Trials::Made> Trials::make(const std::vector<size_t> &wide) {
  Result<NamelessConfig> config = NamelessConfig::write(rulesOf(candidates, wide));
  if (!config)
    return config.error();
  CompilationRequest trial = request;
  trial.pipeline.configs.push_back(config->path());
  const calibration::Ranges ranges = rangesFor(wide);
  auto form = QuietForm::make(std::move(trial), ranges, Stage::npu);
  if (!form)
    return form.error();
  auto file = (*form)->program();
  if (!file)
    return file.error();
  auto session = sessionOf(*file, request.model);
  if (!session)
    return session.error();
  const program::ProgramT &program = (*session)->program();
  return Made{{int64_t(program.constant_bytes), int64_t(program.arena_bytes), hostReportOf((*form)->module()).bytes},
              std::move(*session)};
}

/// What calibration finds where a configuration says these widths.
calibration::Ranges Trials::rangesFor(const std::vector<size_t> &wide) {
  qnn::Choices choices = calibrated.chosen;
  for (size_t i : wide)
    for (const std::string &name : candidates[i].names()) {
      qnn::ValueChoice &choice = choices.values[name];
      choice.bits = 16;
      choice.symmetric = choice.symmetric.value_or(symmetric);
    }
  mlir::ModuleOp real = calibrated.real;
  mlir::Operation *function = real.lookupSymbol("main");
  function->setAttr(qnn::choicesAttrName, choices.toAttr(real.getContext()));
  return rangesOf(real, calibrated.seen, request.calibration.search, request.calibration.threads);
}

NoiseByOutput Trials::noiseOf(const std::vector<std::vector<Tensor>> &found) const {
  NoiseByOutput noise;
  for (size_t output = 0; output != parts.size(); ++output) {
    const double sqnr =
        parts[output].isDiscrete ? HUGE_VAL : sqnrOf(Collapse{}, parts[output], output, references, found);
    // What is not finite is lost.
    noise.push_back(std::isnan(sqnr) ? HUGE_VAL : std::pow(10, -sqnr / 10));
  }
  return noise;
}
