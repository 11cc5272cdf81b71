//===- Options.cpp - Options from Python ----------------------------------===//
#include "Options.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <set>
#include <string>

namespace nb = nanobind;
using namespace tare;

namespace {

/// Reads options from a dict one by one.
class Reader {
public:
  explicit Reader(nb::dict given) : given(std::move(given)) {}

  /// Leaves the option as it is where nothing is given.
  template <typename T> Reader &read(const char *name, T &option) {
    known.insert(name);
    if (given.contains(name))
      try {
        option = nb::cast<T>(given[name]);
      } catch (const nb::cast_error &) {
        throw nb::type_error((std::string(name) + ": found a value of another type than it takes").c_str());
      }
    return *this;
  }

  /// After the last one: what was not read is no option.
  void finish() const {
    for (auto [key, value] : given)
      if (std::string name = nb::cast<std::string>(key); !known.contains(name))
        throw nb::type_error(("there is no option '" + name + "'").c_str());
  }

private:
  nb::dict given;
  std::set<std::string> known;
};

void readInputs(Reader &reader, driver::InputChoices &inputs) {
  reader.read("input_shapes", inputs.inputShapes)
      .read("input_values", inputs.inputValues)
      .read("input_types", inputs.inputTypes)
      .read("preprocess", inputs.preprocess);
}

void readModel(Reader &reader, driver::ModelOptions &options) {
  readInputs(reader, options);
  reader.read("reference", options.reference).read("max_memory", options.maxMemory);
}

void readCalibration(Reader &reader, driver::CalibrationOptions &options) {
  readInputs(reader, options);
  reader.read("model", options.model)
      .read("data", options.data)
      .read("random", options.random)
      .read("method", options.method)
      .read("percentile", options.percentile)
      .read("samples", options.samples)
      .read("target", options.target)
      .read("activations", options.activations)
      .read("configs", options.configs)
      .read("max_memory", options.maxMemory)
      .read("states", options.states)
      .read("threads", options.threads);
}

} // namespace

driver::CalibrationOptions python::calibrationOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::CalibrationOptions options;
  readCalibration(reader, options);
  reader.finish();
  return options;
}

driver::CompileOptions python::compileOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::CompileOptions options;
  readCalibration(reader, options);
  reader.read("strip_io", options.stripIo)
      .read("inputs", options.inputs)
      .read("outputs", options.outputs)
      .read("host", options.host)
      .read("host_tail", options.hostTail)
      .read("narrow_states", options.narrowStates)
      .read("bias_correction", options.biasCorrection)
      .read("weight_rounding", options.weightRounding)
      .read("equalize", options.equalize)
      .read("budget", options.budget)
      .read("repair", options.repair)
      .read("allow_uncalibrated", options.allowUncalibrated)
      .read("strict", options.strict)
      .read("check", options.check)
      .read("timing", options.timing)
      .read("dump_ir", options.dumpFolder)
      .read("emit", options.emit)
      .read("prefix", options.cPrefix)
      .read("split_weights", options.cSplitsWeights)
      .read("self_test", options.cHasTest)
      .read("output", options.output);
  reader.finish();
  return options;
}

driver::ModelOptions python::modelOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::ModelOptions options;
  readModel(reader, options);
  reader.finish();
  return options;
}

driver::CompareOptions python::compareOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::CompareOptions options;
  readModel(reader, options);
  reader.read("first", options.first)
      .read("second", options.second)
      .read("data", options.data)
      .read("states", options.states)
      .read("samples", options.samples)
      .read("threads", options.threads);
  reader.finish();
  return options;
}

driver::EvaluateOptions python::evaluateOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::EvaluateOptions options;
  readModel(reader, options);
  reader.read("model", options.model)
      .read("programs", options.programs)
      .read("data", options.data)
      .read("metric", options.metric)
      .read("outputs", options.outputs)
      .read("labels", options.labels)
      .read("peak", options.peak)
      .read("nms", options.nms)
      .read("min_score", options.leastScore)
      .read("calibration", options.calibration)
      .read("samples", options.samples)
      .read("threads", options.threads);
  reader.finish();
  return options;
}

driver::ExplainOptions python::explainOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::ExplainOptions options;
  readModel(reader, options);
  reader.read("model", options.model)
      .read("program", options.program)
      .read("data", options.data)
      .read("against", options.against)
      .read("output", options.output)
      .read("samples", options.samples)
      .read("top", options.top)
      .read("threads", options.threads);
  reader.finish();
  return options;
}

driver::VerifyOptions python::verifyOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::VerifyOptions options;
  reader.read("program", options.program).read("max_error", options.maxError).read("threads", options.threads);
  reader.finish();
  return options;
}

driver::GoldenOptions python::goldenOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::GoldenOptions options;
  reader.read("program", options.program)
      .read("folder", options.folder)
      .read("data", options.data)
      .read("samples", options.samples)
      .read("steps", options.stepsPerChannel)
      .read("threads", options.threads);
  reader.finish();
  return options;
}

driver::ReportOptions python::reportOptions(nb::dict given) {
  Reader reader(std::move(given));
  driver::ReportOptions options;
  readModel(reader, options);
  reader.read("model", options.model)
      .read("program", options.program)
      .read("other", options.other)
      .read("data", options.data)
      .read("conversion", options.conversion)
      .read("states", options.states)
      .read("samples", options.samples)
      .read("profile", options.profile)
      .read("threads", options.threads);
  reader.finish();
  return options;
}
