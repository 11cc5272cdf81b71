//===- Gather.cpp - All that there is to show of a program ----------------===//
#include "Driver/Compare/CompareRun.h"
#include "Driver/Report/ConversionRecord.h"
#include "Driver/Report/ProgramRows.h"
#include "Driver/Report/TimedRuns.h"

#include <map>

using namespace tare;

namespace {

Accuracy accuracyOf(const ComparedValue &value) { return {value.difference, value.isDiscrete}; }

driver::CompareOptions comparisonOf(const driver::ReportOptions &options, const std::string &program) {
  driver::CompareOptions both;
  static_cast<driver::ModelOptions &>(both) = options;
  both.first = options.model;
  both.second = program;
  both.data = options.data;
  both.states = options.states;
  both.samples = options.samples;
  both.threads = options.threads;
  return both;
}

std::span<const float> floatsOf(const Tensor &tensor) { return {tensor.as<float>(), size_t(tensor.count())}; }

/// The rows that hold an input's numbers, as a quantize at the border does.
std::multimap<std::string, size_t> rowsOfInputs(const Inspection &inspection) {
  std::multimap<std::string, size_t> rows;
  for (size_t i = 0; i != inspection.layers.size(); ++i)
    for (const InspectedPort &input : inspection.inputs)
      if (inspection.layers[i].value == input.name)
        rows.emplace(input.name, i);
  return rows;
}

/// What the model computes where the program has layers, and what it is given.
struct SeenData {
  explicit SeenData(const Inspection &inspection)
      : computed(inspection.layers), given(inspection.layers), rows(rowsOfInputs(inspection)) {}

  /// Of which this outlives the use.
  Comparison::Watcher watcher() {
    auto seesLayer = [this](const ComparedValue &layer, const Tensor &reference) {
      if (!layer.isDiscrete)
        computed.see(layer.second.index, floatsOf(reference));
    };
    auto seesInput = [this](const std::string &name, const Tensor &value) {
      if (value.element() == ElementType::f32)
        for (auto [row, end] = rows.equal_range(name); row != end; ++row)
          given.see(row->second, floatsOf(value));
    };
    return {seesLayer, seesInput};
  }
  std::optional<SeenValues> of(size_t layer) const {
    std::optional<SeenValues> seen = computed.of(layer);
    return seen ? seen : given.of(layer);
  }

private:
  SeenLayers computed, given;
  std::multimap<std::string, size_t> rows;
};

/// Runs model and program side by side; their layers are the report's.
Status addAccuracy(Report &report, const driver::ReportOptions &options, const Listener &listener) {
  const driver::CompareOptions both = comparisonOf(options, report.inspection.path);
  CompareRun run(both, listener);
  SeenData seen(report.inspection);
  if (Status done = run.run(seen.watcher()); !done)
    return done;
  report.samples = run.sampleCount();
  for (const ComparedValue &layer : run.result().layers())
    report.layers[layer.second.index].accuracy = accuracyOf(layer);
  for (size_t i = 0; i != report.layers.size(); ++i)
    report.layers[i].seen = seen.of(i);
  for (const ComparedValue &output : run.result().outputs())
    report.accuracy.push_back({output.name, accuracyOf(output)});
  findFalls(report);
  findParts(report);
  run.tell();
  return success();
}

Status checkKind(const std::string &path) {
  Result<ModelKind> kind = kindOfModel(path);
  if (!kind)
    return kind.error();
  if (*kind == ModelKind::program)
    return success();
  return Error{path + ": is no program (.tare), which tare report is about; 'tare convert' makes one"};
}

} // namespace

Result<Report> tare::gatherReport(const driver::ReportOptions &options, const std::string &program,
                                  const Listener &listener) {
  if (Status isProgram = checkKind(program); !isProgram)
    return isProgram.error();
  Result<Inspection> inspection = inspectFile(program, {}, listener);
  if (!inspection)
    return inspection.error();
  Report report;
  report.inspection = std::move(*inspection);
  report.model = options.model;
  report.data = options.data;
  if (Status added = addProgram(report, program); !added)
    return added.error();
  // What is quickly read comes first: its errors are told before any sample runs.
  if (!options.conversion.empty())
    if (Status added = addConversion(report, options.conversion); !added)
      return added.error();
  if (!options.model.empty() && !options.data.empty())
    if (Status added = addAccuracy(report, options, listener); !added)
      return added.error();
  if (options.profile)
    if (Status added = addTimes(report, options, program, listener); !added)
      return added.error();
  judge(report);
  return report;
}
