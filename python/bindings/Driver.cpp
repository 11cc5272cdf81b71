//===- Driver.cpp - The module tare._driver -------------------------------===//
//
// What the commands do. Options are dicts and results tuples or JSON, of which
// tare/*.py makes what users see.
//
//===----------------------------------------------------------------------===//
#include "Arrays.h"
#include "Options.h"
#include "Task.h"
#include "tare/Driver/Inspect.h"
#include "tare/Tensor/AtomicFile.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace tare;
using namespace tare::python;

namespace {

using Said = std::shared_ptr<TaskListener>;

nb::bytes bytesOf(const std::vector<std::byte> &bytes) { return nb::bytes(bytes.data(), bytes.size()); }

nb::tuple compile(const Said &said, nb::dict given) {
  driver::CompileOptions options = compileOptions(given);
  auto made = runTask<driver::Compiled>(said, {options.data, options.model, options.target, options.output},
                                        [options](const Listener &to) { return driver::compile(options, to); });
  return nb::make_tuple(bytesOf(made.file), made.report);
}

nb::list countsOf(std::span<const uint64_t> bins) {
  nb::list counts;
  for (uint64_t count : bins)
    counts.append(count);
  return counts;
}

nb::tuple calibrate(const Said &said, nb::dict given) {
  driver::CalibrationOptions options = calibrationOptions(given);
  auto found = runTask<driver::Calibrated>(said, {options.data, options.model, options.target},
                                           [options](const Listener &to) { return driver::calibrate(options, to); });
  nb::list observed;
  for (const driver::ObservedValue &value : found.observed) {
    const calibration::Histogram &seen = value.histogram;
    observed.append(nb::make_tuple(value.name, seen.binWidth(), countsOf(seen.negative()), countsOf(seen.positive()),
                                   seen.min(), seen.max(), seen.finite(), seen.zeros(), seen.nonFinite()));
  }
  return nb::make_tuple(found.json, observed);
}

nb::list recordsOf(const std::vector<driver::ComparedResult> &results) {
  nb::list records;
  for (const driver::ComparedResult &result : results)
    records.append(nb::make_tuple(result.name, result.value, result.kind, result.shape, result.isDiscrete,
                                  result.cosine, result.sqnr, result.largestDifference, result.equalShare,
                                  result.differing, result.elements, result.nonFiniteFirst, result.nonFiniteSecond));
  return records;
}

nb::tuple compare(const Said &said, nb::dict given) {
  driver::CompareOptions options = compareOptions(given);
  auto made = runTask<driver::Compared>(said, {options.data, options.first, options.second},
                                        [options](const Listener &to) { return driver::compare(options, to); });
  return nb::make_tuple(made.samples, recordsOf(made.layers), recordsOf(made.outputs), made.uncompared);
}

std::string evaluate(const Said &said, nb::dict given) {
  driver::EvaluateOptions options = evaluateOptions(given);
  std::vector<std::string> files = {options.data, options.model, options.calibration};
  files.insert(files.end(), options.programs.begin(), options.programs.end());
  return runTask<std::string>(said, files, [options](const Listener &to) { return driver::evaluate(options, to); });
}

std::string explain(const Said &said, nb::dict given) {
  driver::ExplainOptions options = explainOptions(given);
  return runTask<std::string>(said, {options.data, options.model, options.program, options.against},
                              [options](const Listener &to) { return driver::explain(options, to); });
}

std::string inspect(const Said &said, const std::string &path, nb::dict given) {
  driver::ModelOptions options = modelOptions(given);
  return runTask<std::string>(said, {path}, [=](const Listener &to) { return driver::inspect(path, options, to); });
}

std::string verify(const Said &said, nb::dict given) {
  driver::VerifyOptions options = verifyOptions(given);
  return runTask<std::string>(said, {options.program},
                              [options](const Listener &to) { return driver::verify(options, to); });
}

std::string golden(const Said &said, nb::dict given) {
  driver::GoldenOptions options = goldenOptions(given);
  return runTask<std::string>(said, {options.data, options.program, options.folder},
                              [options](const Listener &to) { return driver::writeGolden(options, to); });
}

/// Writes the page where an output is named; its data.
std::string report(const Said &said, nb::dict given, const std::string &output) {
  driver::ReportOptions options = reportOptions(given);
  const std::vector<std::string> files = {options.data,  options.model,      options.program,
                                          options.other, options.conversion, output};
  return runTask<std::string>(said, files, [options, output](const Listener &to) -> Result<std::string> {
    Result<driver::MadeReport> made = driver::report(options, to);
    if (!made)
      return made.error();
    if (!output.empty())
      if (Status written = writeFile(output, made->page); !written)
        return written.error();
    return made->json;
  });
}

using Model = driver::Model;

std::shared_ptr<Model> loadModel(const Said &said, const std::string &path, nb::dict given, const std::string &data) {
  driver::ModelOptions options = modelOptions(given);
  return runTask<std::shared_ptr<Model>>(said, {data, path},
                                         [=](const Listener &to) { return Model::load(path, options, to, data); });
}

/// By input (low, high) of integers that layers take as indices, or None.
nb::list integersOf(const Model &model) {
  nb::list result;
  for (const driver::Port &port : model.inputs())
    result.append(nb::cast(port.integers));
  return result;
}

template <typename Port> nb::tuple portOf(const Port &port) {
  return nb::make_tuple(port.name, port.type.shape, std::string(nameOf(port.type.element)));
}

nb::list portsOf(const std::vector<driver::Port> &ports) {
  nb::list result;
  for (const driver::Port &port : ports)
    result.append(portOf(port));
  return result;
}

nb::list layersOf(const Model &model) {
  nb::list result;
  for (const driver::Layer &layer : model.layers())
    result.append(
        nb::make_tuple(layer.name, layer.value, layer.kind, layer.type.shape, std::string(nameOf(layer.type.element))));
  return result;
}

/// A sample; (outputs, results of layers or an empty list), each as arrayOf() gives it. In a loop a layer's last result
/// counts.
nb::tuple runModel(const std::shared_ptr<Model> &model, const Said &said, nb::tuple arrays, bool withLayers) {
  std::vector<Tensor> inputs;
  for (nb::handle array : arrays)
    inputs.push_back(tensorOf(array));
  auto layers = std::make_shared<std::vector<Tensor>>(withLayers ? model->layers().size() : 0);
  auto outputs = runTask<std::vector<Tensor>>(said, {model->path()}, [=](const Listener &) {
    Model::Observer observe;
    if (withLayers)
      observe = [layers](size_t layer, const Tensor &result) { (*layers)[layer] = result; };
    return model->run(inputs, observe);
  });
  nb::list given, results;
  for (const Tensor &output : outputs)
    given.append(arrayOf(output));
  for (const Tensor &layer : *layers)
    results.append(arrayOf(layer));
  return nb::make_tuple(given, results);
}

} // namespace

NB_MODULE(_driver, module) {
  nb::class_<TaskListener>(module, "Listener")
      .def(nb::init<nb::object>(), nb::arg("show").none())
      .def("take_warnings", &TaskListener::takeWarnings)
      .def("take_notes", &TaskListener::takeNotes);
  nb::class_<MemoryArrays>(module, "MemoryArrays")
      .def("__init__", [](MemoryArrays *self, const std::string &name,
                          nb::dict lists) { new (self) MemoryArrays(name, arraysOf(lists)); })
      .def_prop_ro("name", &MemoryArrays::name);
  nb::class_<Model>(module, "Model")
      .def_prop_ro("path", &Model::path)
      .def_prop_ro("inputs", [](const Model &model) { return portsOf(model.inputs()); })
      .def_prop_ro("outputs", [](const Model &model) { return portsOf(model.outputs()); })
      .def_prop_ro("integers", &integersOf)
      .def_prop_ro("layers", &layersOf);
  module.def("compile", &compile);
  module.def("calibrate", &calibrate);
  module.def("compare", &compare);
  module.def("evaluate", &evaluate);
  module.def("explain", &explain);
  module.def("inspect", &inspect);
  module.def("verify", &verify);
  module.def("golden", &golden);
  module.def("report", &report);
  module.def("load_model", &loadModel);
  module.def("run_model", &runModel);
  module.def("method_names", [] { return calibration::methodNames(); });
  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&leaveTasks));
}
