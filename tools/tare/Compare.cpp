//===- Compare.cpp - tare compare -----------------------------------------===//
#include "Commands.h"
#include "CompareReport.h"
#include "Driver/Compare/Comparison.h"
#include "Driver/Compare/ComparisonJson.h"
#include "Driver/Execute/DataBinding.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/WatchedSamples.h"
#include "InputOptions.h"
#include "JsonOutput.h"
#include "Numbers.h"
#include "SharedOptions.h"
#include "StateOptions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

namespace {

class CompareCommand : public Command {
public:
  CompareCommand()
      : Command(
            "compare", "Run two forms of a model on the same samples, and show how far their layers are apart",
            "tare compare model.onnx model.tare --inputs test.npz\n"
            "  A and B are any two of an .onnx, an .mlir of any stage, and a .tare; A is the reference. A layer is\n"
            "  compared where both hold the same value of the model, in real numbers. One may be a part of the "
            "other.") {}

  Status run() override {
    Result<onnx::ImportOptions> import = inputOptions.parse({first, second});
    if (!import)
      return import.error();
    options.import = std::move(*import);
    if (Status used = checkReference(options, {first, second}); !used)
      return used;
    auto a = load(first, options), b = load(second, options);
    if (!a && b)
      a = loadPart(first, **b, a.error());
    if (!a)
      return a.error();
    if (!b)
      b = loadPart(second, **a, b.error());
    if (!b)
      return b.error();
    auto comparison = Comparison::create(**a, **b);
    if (!comparison)
      return Error{fmt::format("{} and {}: {}", first, second, comparison.error().message)};
    const Executable &whole = (*comparison)->whole(), &part = &whole == a->get() ? **b : **a;
    auto data = openData(**a, whole);
    if (!data)
      return data.error();
    for (const auto &executable : {&*a, &*b})
      (*executable)->showWarnings();
    WatchedSamples watched(**data, inputsOf(whole, part));
    Status done = success();
    {
      Progress progress(console(), "comparing sample", (*data)->sampleCount());
      size_t atOnce = std::min((*a)->samplesAtOnce(), (*b)->samplesAtOnce());
      done = (*comparison)->run(watched, threadsWithin(threads, atOnce), progress);
    }
    if (!done)
      return done;
    report(**comparison, (*data)->sampleCount());
    if (Status holds = check(**comparison); !holds)
      return holds;
    watched.warn(console());
    warnOfNonFinite(**comparison);
    noteUncompared(**comparison);
    noteUnlimited(**comparison);
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("A", first, "The reference")->required(), first);
    files.reads(app.add_option("B", second, "What is compared with it")->required(), second);
    files.reads(addInputs(app, inputs)->required(), inputs);
    inputOptions.addTo(app);
    stateOptions.addTo(app);
    addMemoryLimit(app, options.maxMemory);
    app.add_option("--samples", samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_flag("--reference", options.reference, "Run a program on the reference kernels");
    app.add_option("--min-sqnr", minSqnr, "Fail where an output's SQNR is below this, or NaN")
        ->type_name("DB")
        ->check(anyNumber());
    app.add_option("--min-cosine", minCosine, "Fail where an output's cosine is below this, or NaN")
        ->type_name("C")
        ->check(numberIn(-1, 1));
    app.add_option("--min-equal", minEqual, "Fail where the share of equal elements of indices or bools is below this")
        ->type_name("SHARE")
        ->check(numberIn(0, 1));
  }

  /// Samples for both; their states are what the reference makes of them, so that each step is compared alone.
  Result<std::unique_ptr<SampleSource>> openData(const Executable &reference, const Executable &whole) const {
    auto names = stateOptions.parse();
    if (!names)
      return names.error();
    auto states = findStates(*names, reference);
    if (!states)
      return Error{first + ": " + states.error().message};
    if (!states->empty() && &reference != &whole)
      return Error{first + ": --state needs all of the network as the reference, found a part of " + second};
    auto data = Dataset::open(inputs, withoutStates(whole.declarations(/*allowRaw=*/false), *states), samples);
    if (!data)
      return data.error();
    if (Status free = checkStates(*names, **data, inputs); !free)
      return free.error();
    if (states->empty())
      return std::unique_ptr<SampleSource>(std::move(*data));
    auto runner = reference.makeRunner(std::max<size_t>(threads, 1));
    if (!runner)
      return runner.error();
    auto run = [runner = std::shared_ptr<Runner>(std::move(*runner))](const Sample &sample) {
      std::vector<Tensor> outputs = runner->run(sample.inputs, {});
      Status ran = runner->status(sample.index);
      return ran ? Result<std::vector<Tensor>>(std::move(outputs)) : ran.error();
    };
    return std::unique_ptr<SampleSource>(std::make_unique<SamplesWithStates>(
        std::move(*data), StateFeed(*states, realInputsOf(reference)), std::move(run)));
  }

  /// Those of the whole, with the grids of the one that has them.
  static std::vector<WatchedSamples::Input> inputsOf(const Executable &whole, const Executable &part) {
    auto real = [](const Executable &of) { return PortForms{std::vector<bool>(of.inputs().size(), false)}; };
    std::vector<WatchedSamples::Input> inputs = watchedInputs(whole, real(whole));
    for (const WatchedSamples::Input &other : watchedInputs(part, real(part)))
      for (WatchedSamples::Input &input : inputs)
        if (input.name == other.name && !input.held)
          input.held = other.held;
    return inputs;
  }

  /// Where they begin: what follows has them from there, as a rule.
  void warnOfNonFinite(const Comparison &comparison) const {
    for (const auto *values : {&comparison.layers(), &comparison.outputs()})
      for (const ComparedValue &value : *values)
        if (const Difference &d = value.difference; !d.isFinite())
          return console().warning(fmt::format(
              "NaN or infinity begins in {} '{}': {} elements in {}, {} in {}, of {}; its cosine and SQNR are NaN",
              value.kind == "output" ? "output" : "layer", value.name, d.nonFiniteReference, first, d.nonFiniteOther,
              second, d.total));
  }

  /// Of a part that is compared with the whole.
  void noteUncompared(const Comparison &comparison) const {
    if (std::vector<std::string> names = comparison.uncompared(); !names.empty())
      console().note(
          fmt::format("not compared: the outputs '{}', which only one of the two has", fmt::join(names, "', '")));
  }

  /// What the limits say nothing of.
  void noteUnlimited(const Comparison &comparison) const {
    auto isFree = [&](const ComparedValue &output) {
      return output.isDiscrete ? !minEqual && (minSqnr || minCosine) : minEqual && !minSqnr && !minCosine;
    };
    for (const ComparedValue &output : comparison.outputs())
      if (isFree(output))
        console().note(fmt::format("output '{}' holds {}, which {} limits", output.name,
                                   output.isDiscrete ? "indices or bools" : "numbers",
                                   output.isDiscrete ? "--min-equal" : "--min-sqnr or --min-cosine"));
  }

  /// The report has been printed; outputs below the limits are the error. NaN is below everything.
  Status check(const Comparison &comparison) const {
    std::string failing;
    auto require = [&](const ComparedValue &output, const char *what, double found, const char *option, double least) {
      if (found >= least)
        return;
      const Difference &d = output.difference;
      failing += fmt::format("{}the {} of output '{}' is {:.6g}, below {} {}", failing.empty() ? "" : "; ", what,
                             output.name, found, option, least);
      if (!d.isFinite())
        failing += fmt::format(" ({} and {} of {} elements are NaN or infinite)", d.nonFiniteReference,
                               d.nonFiniteOther, d.total);
    };
    for (const ComparedValue &output : comparison.outputs()) {
      if (minEqual && output.isDiscrete)
        require(output, "share of equal elements", output.difference.equalShare(), "--min-equal", *minEqual);
      if (minSqnr && !output.isDiscrete)
        require(output, "SQNR", output.difference.sqnr(), "--min-sqnr", *minSqnr);
      if (minCosine && !output.isDiscrete)
        require(output, "cosine", output.difference.cosine(), "--min-cosine", *minCosine);
    }
    return failing.empty() ? success() : Status(Error{fmt::format("{} and {}: {}", first, second, failing)});
  }

  /// Of a model that cannot be read as a whole what the other one is a part of; `problem` where that cannot be, either.
  Result<std::unique_ptr<Executable>> loadPart(const std::string &path, const Executable &other, Error problem) const {
    Result<ModelKind> kind = kindOfModel(path);
    if (!kind || *kind != ModelKind::onnx)
      return problem;
    ExecutableOptions part = options;
    for (const ExecutablePort &input : other.inputs())
      part.import.inputs.push_back(input.name);
    for (const ExecutablePort &output : other.outputs())
      part.import.outputs.push_back(output.name);
    auto executable = load(path, part);
    return executable ? std::move(executable) : Result<std::unique_ptr<Executable>>(std::move(problem));
  }

  Result<std::unique_ptr<Executable>> load(const std::string &path, const ExecutableOptions &options) const {
    auto executable = loadForData(path, options, inputs, console());
    if (!executable)
      return executable;
    PortForms real{std::vector<bool>((*executable)->inputs().size()), false};
    if (Status prepared = (*executable)->prepare(real); !prepared)
      return prepared.error();
    return executable;
  }

  void report(const Comparison &comparison, int64_t sampleCount) const {
    if (!json)
      return printComparison(comparison, sampleCount);
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("a", jsonText(first));
        out.attribute("b", jsonText(second));
        out.attribute("samples", sampleCount);
        writeComparison(out, comparison);
      });
    });
  }

  std::string first, second, inputs;
  InputOptions inputOptions;
  StateOptions stateOptions;
  ExecutableOptions options;
  int64_t samples = Dataset::all;
  std::optional<double> minSqnr, minCosine, minEqual;
};

} // namespace

std::unique_ptr<Command> tare::makeCompareCommand() { return std::make_unique<CompareCommand>(); }
