//===- Run.cpp - tare run -------------------------------------------------===//
#include "Commands.h"
#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/LayerNames.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/Options.h"
#include "Driver/Execute/SampleMakers.h"
#include "Driver/Execute/Samples.h"
#include "Driver/Execute/WatchedSamples.h"
#include "Driver/OutputFile.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "Profile.h"
#include "SharedOptions.h"
#include "StateOptions.h"
#include "tare/Tensor/Npz.h"

#include <fmt/format.h>

using namespace tare;

namespace {

/// The arrays that a run writes: the outputs first, then the layers.
struct Arrays {
  std::vector<size_t> outputs, layers;
};

class RunCommand : public Command {
public:
  RunCommand()
      : Command(
            "run", "Run a model on samples",
            "tare run model.tare --inputs test.npz --outputs out.npz\n"
            "  MODEL is a float .onnx, an .mlir of any stage, or a .tare. The keys of X.npz are the inputs' names;\n"
            "  samples lie along the first axis, of the outputs too.") {}

  Status run() override {
    Result<ExecutableOptions> wanted = executableOptions({model}, choices);
    if (!wanted)
      return wanted.error();
    options = std::move(*wanted);
    options.import.roundsTo16Bits = true;
    options.onlyOutputs = !allLayers;
    if (Status used = checkReference(options, {model}); !used)
      return used;
    for (const std::string &output : {outputs, trace})
      if (Status free = checkOutput(output, std::vector<std::string>{model, inputs, choices.preprocess}); !free)
        return free;
    if (Status named = checkEnding(trace, {".json"}); !named)
      return named;
    auto executable = loadForData(model, options, inputs, console());
    if (!executable)
      return executable.error();
    auto names = stateOptions.parse();
    if (!names)
      return names.error();
    auto states = findStates(*names, **executable);
    if (!states)
      return Error{model + ": " + states.error().message};
    auto declared = withMakers(withoutStates((*executable)->declarations(raw), *states), options.preprocess);
    if (!declared)
      return declared.error();
    auto data = Dataset::open(inputs, std::move(*declared), samples);
    if (!data)
      return data.error();
    if (Status free = checkStates(*names, **data, inputs); !free)
      return free;
    if (Status prepared = (*executable)->prepare(formsFor(**executable, **data)); !prepared)
      return prepared;
    feed.emplace(std::move(*states), realInputsOf(**executable));
    return runOn(**executable, **data);
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("MODEL", model, "A float .onnx, an .mlir of any stage, or a .tare")->required(), model);
    files.reads(addInputs(app, inputs)->required(), inputs);
    auto *written = app.add_option("--outputs", outputs, "The file to write; a .npy where there is one output");
    files.writes(written->required()->type_name("Y.npz"), outputs);
    app.add_flag(
        "--raw", raw,
        "Give the integers behind the outputs' dequantize, in place of real numbers; inputs may be integers too,\n"
        "as arrays of the input grid's type");
    app.add_flag("--all-layers", allLayers, "Add every layer's result, under the layer's name");
    stateOptions.addTo(app);
    app.get_option("--state")->excludes("--raw");
    auto *timed = app.add_flag(
        "--profile", profiling,
        "Show what each layer of a program takes; the samples run one after the other, each in all threads");
    auto *traced =
        app.add_option("--profile-trace", trace, "Write --profile's runs as a trace for chrome://tracing or Perfetto");
    files.writes(traced->type_name("T.json")->needs(timed), trace);
    timed->excludes("--all-layers");
    addInputOptions(app, files, choices);
    addMemoryLimit(app, choices.maxMemory);
    app.add_option("--samples", samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_flag("--reference", choices.reference, "Run a program on the reference kernels");
  }

  PortForms formsFor(const Executable &executable, const Dataset &data) const {
    PortForms forms{{}, raw};
    for (const ExecutablePort &input : executable.inputs()) {
      auto given = std::ranges::find(data.declarations(), input.name, &InputDeclaration::name);
      forms.rawInputs.push_back(given != data.declarations().end() && given->type != input.real);
    }
    return forms;
  }

  Status runOn(const Executable &executable, Dataset &data) {
    WatchedSamples watched(data, watchedInputs(executable, data));
    Status done = profiling ? runProfiled(executable, data, watched) : runAll(executable, data, watched);
    if (done)
      watched.warn(console());
    if (done)
      tellNotes(data, console());
    return done;
  }

  /// Those that the data give.
  std::vector<WatchedSamples::Input> watchedInputs(const Executable &executable, const Dataset &data) const {
    std::vector<WatchedSamples::Input> watched = tare::watchedInputs(executable, formsFor(executable, data));
    std::erase_if(watched, [&](const WatchedSamples::Input &input) {
      return std::ranges::none_of(data.declarations(), [&](const auto &given) { return given.name == input.name; });
    });
    return watched;
  }

  Status runAll(const Executable &executable, const Dataset &data, SampleSource &source) {
    size_t threads = threadsWithin(this->threads, executable.samplesAtOnce());
    // A step needs what the one before gave: they run one after the other, each in all threads.
    auto runners = feed->isEmpty() ? makeRunners(executable, data, threads) : makeOneRunner(executable, threads);
    if (!runners)
      return runners.error();
    auto writer = ArrayWriter::create(outputs);
    if (!writer)
      return writer.error();
    auto arrays = declare(executable, data, *writer);
    if (!arrays)
      return arrays.error();
    executable.showWarnings();
    Status done = success();
    {
      Progress progress(console(), "running sample", data.sampleCount());
      done = forEachSample(source, feed->isEmpty() ? threads : 1, progress, [&](const Sample &sample, size_t worker) {
        return runSample(executable, *(*runners)[worker], sample, *arrays, *writer);
      });
    }
    if (done)
      done = writer->commit();
    if (done)
      complete.push_back(outputs);
    if (done)
      report(executable, data);
    return done;
  }

  Status runProfiled(const Executable &executable, const Dataset &data, SampleSource &source) {
    auto profile = Profile::create(executable, model, threads, trace);
    if (!profile)
      return profile.error();
    auto writer = ArrayWriter::create(outputs);
    if (!writer)
      return writer.error();
    auto arrays = declare(executable, data, *writer);
    if (!arrays)
      return arrays.error();
    executable.showWarnings();
    Runner &runner = (*profile)->timedRunner();
    Status done = success();
    {
      Progress progress(console(), "running sample", data.sampleCount());
      done = forEachSample(source, 1, progress, [&](const Sample &sample, size_t) -> Status {
        if (Status written = runSample(executable, runner, sample, *arrays, *writer); !written)
          return written;
        return (*profile)->add(sample.index);
      });
    }
    if (done)
      done = (*profile)->finish();
    if (done)
      done = writer->commit();
    if (done)
      complete.push_back(outputs);
    if (done)
      report(executable, data, profile->get());
    return done;
  }

  Result<Arrays> declare(const Executable &executable, const Dataset &data, ArrayWriter &writer) const {
    Arrays arrays;
    for (const ExecutablePort &output : executable.outputs()) {
      TensorType type = output.typeInModel(raw ? output.raw : output.real);
      auto array = writer.addSamples(output.name, type, data.stackingOf(type.shape));
      if (!array)
        return array.error();
      arrays.outputs.push_back(*array);
    }
    if (!allLayers)
      return arrays;
    std::vector<std::string> names = arrayNames(executable.outputs(), executable.layers());
    for (size_t i = 0; i != names.size(); ++i) {
      const TensorType &type = raw ? executable.layers()[i].type : executable.layers()[i].real;
      auto array = writer.addSamples(names[i], type, data.stackingOf(type.shape));
      if (!array)
        return array.error();
      arrays.layers.push_back(*array);
    }
    return arrays;
  }

  Status runSample(const Executable &executable, Runner &runner, Sample sample, const Arrays &arrays,
                   ArrayWriter &writer) {
    feed->complete(sample);
    Status written = success();
    Runner::Observer observe;
    if (allLayers)
      observe = [&](size_t layer, const ConstTensorView &result) {
        if (!written)
          return;
        written = raw ? writer.write(arrays.layers[layer], sample.index, result)
                      : writer.write(arrays.layers[layer], sample.index, executable.realOf(layer, result).view());
      };
    std::vector<Tensor> results = runner.run(sample.inputs, observe);
    if (Status ran = runner.status(sample.index); !ran)
      return ran;
    feed->keep(results);
    for (size_t i = 0; i != results.size() && written; ++i)
      written = writer.write(arrays.outputs[i], sample.index, executable.outputs()[i].asInModel(results[i]).view());
    return written;
  }

  void report(const Executable &executable, const Dataset &data, const Profile *profile = nullptr) const {
    if (!json && profile)
      profile->print();
    if (!json)
      return console().note(fmt::format("wrote {}: {} samples", outputs, data.sampleCount()));
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("output", jsonText(outputs));
        out.attribute("samples", data.sampleCount());
        out.attributeArray("outputs", [&] {
          for (const ExecutablePort &port : executable.outputs())
            out.object([&] { writePort(out, port.name, port.typeInModel(raw ? port.raw : port.real)); });
        });
        if (profile)
          profile->write(out);
      });
    });
  }

  static void writePort(llvm::json::OStream &out, const std::string &name, const TensorType &type) {
    out.attribute("name", jsonText(name));
    out.attribute("type", jsonText(nameOf(type.element)));
    jsonList(out, "shape", type.shape);
  }

  std::string model, inputs, outputs, trace;
  driver::ModelOptions choices;
  StateOptions stateOptions;
  std::optional<StateFeed> feed;
  ExecutableOptions options;
  int64_t samples = Dataset::all;
  bool raw = false, allLayers = false, profiling = false;
};

} // namespace

std::unique_ptr<Command> tare::makeRunCommand() { return std::make_unique<RunCommand>(); }
