//===- Compare.cpp - tare compare -----------------------------------------===//
#include "Commands.h"
#include "Comparison.h"
#include "DataBinding.h"
#include "InputOptions.h"
#include "Json.h"
#include "Numbers.h"
#include "Table.h"
#include "WatchedSamples.h"

#include <cmath>
#include <fmt/format.h>

using namespace tare;

namespace {

class CompareCommand : public Command {
public:
  CompareCommand()
      : Command(
            "compare", "Run two forms of a model on the same samples, and show how far their layers are apart",
            "tare compare model.onnx model.tare --inputs test.npz\n"
            "  A and B are any two of an .onnx, an .mlir of any stage, and a .tare; A is the reference. A layer is\n"
            "  compared where both hold the same value of the model, in real numbers.") {}

  Status run() override {
    Result<onnx::ImportOptions> import = inputOptions.parse({first, second});
    if (!import)
      return import.error();
    options.import = std::move(*import);
    if (Status used = checkReference(options, {first, second}); !used)
      return used;
    auto a = load(first);
    if (!a)
      return a.error();
    auto b = load(second);
    if (!b)
      return b.error();
    auto comparison = Comparison::create(**a, **b);
    if (!comparison)
      return Error{fmt::format("{} and {}: {}", first, second, comparison.error().message)};
    auto data = Dataset::open(inputs, (*a)->declarations(/*allowRaw=*/false), samples);
    if (!data)
      return data.error();
    WatchedSamples watched(**data, inputsOf(**a, **b));
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
    return success();
  }

private:
  void addOptions(CLI::App &app) override {
    files.reads(app.add_option("A", first, "The reference")->required(), first);
    files.reads(app.add_option("B", second, "What is compared with it")->required(), second);
    files.reads(addInputs(app, inputs)->required(), inputs);
    inputOptions.addTo(app);
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
        ->check(anyNumber());
  }

  /// Those of the first, with the grids of the one that has them.
  static std::vector<WatchedSamples::Input> inputsOf(const Executable &a, const Executable &b) {
    PortForms real{std::vector<bool>(a.inputs().size(), false)};
    std::vector<WatchedSamples::Input> inputs = watchedInputs(a, real);
    for (const WatchedSamples::Input &other : watchedInputs(b, real))
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
      if (minSqnr)
        require(output, "SQNR", output.difference.sqnr(), "--min-sqnr", *minSqnr);
      if (minCosine)
        require(output, "cosine", output.difference.cosine(), "--min-cosine", *minCosine);
    }
    return failing.empty() ? success() : Status(Error{fmt::format("{} and {}: {}", first, second, failing)});
  }

  Result<std::unique_ptr<Executable>> load(const std::string &path) const {
    auto executable = loadForData(path, options, inputs, console());
    if (!executable)
      return executable;
    PortForms real{std::vector<bool>((*executable)->inputs().size()), false};
    if (Status prepared = (*executable)->prepare(real); !prepared)
      return prepared.error();
    return executable;
  }

  void report(const Comparison &comparison, int64_t sampleCount) const {
    if (json)
      return reportJson(comparison, sampleCount);
    using Align = Table::Align;
    Table table({{"layer", Align::left},
                 {"value", Align::left},
                 {"kind", Align::left},
                 {"shape"},
                 {"cosine"},
                 {"SQNR dB"},
                 {"largest difference"},
                 {"differing"},
                 {"elements"},
                 {"NaN, inf in A"},
                 {"in B"}});
    for (const ComparedValue &layer : comparison.layers())
      addRow(table, layer);
    for (const ComparedValue &output : comparison.outputs())
      addRow(table, output);
    table.print();
    summarize(comparison, sampleCount);
  }

  static void addRow(Table &table, const ComparedValue &value) {
    const Difference &d = value.difference;
    table.add({value.name, value.value == value.name ? "" : value.value, value.kind, toString(value.shape),
               fmt::format("{:.6f}", d.cosine()), sqnrText(d), fmt::format("{:.4g}", d.largest),
               fmt::format("{}", d.differing), fmt::format("{}", d.total), countText(d, d.nonFiniteReference),
               countText(d, d.nonFiniteOther)});
  }

  static std::string sqnrText(const Difference &d) {
    return d.differing || !d.isFinite() ? fmt::format("{:.2f}", d.sqnr()) : "equal";
  }
  /// Nothing where all is finite, as it should be: the columns are not shown then.
  static std::string countText(const Difference &d, int64_t count) {
    return d.isFinite() ? "" : fmt::format("{}", count);
  }

  static void summarize(const Comparison &comparison, int64_t sampleCount) {
    Difference all;
    for (const ComparedValue &output : comparison.outputs())
      all.add(output.difference);
    writeOut("\n{} samples, {} layers; the outputs: {}\n", sampleCount, comparison.layers().size(),
             all.differing || !all.isFinite() ? fmt::format("{} of {} elements differ, cosine {:.6f}, SQNR {:.2f} dB",
                                                            all.differing, all.total, all.cosine(), all.sqnr())
                                              : fmt::format("all {} elements are equal", all.total));
  }

  void reportJson(const Comparison &comparison, int64_t sampleCount) const {
    printJson([&](llvm::json::OStream &out) {
      out.object([&] {
        out.attribute("a", jsonText(first));
        out.attribute("b", jsonText(second));
        out.attribute("samples", sampleCount);
        writeValues(out, "layers", comparison.layers());
        writeValues(out, "outputs", comparison.outputs());
      });
    });
  }

  static void writeValues(llvm::json::OStream &out, llvm::StringRef key, const std::vector<ComparedValue> &values) {
    out.attributeArray(key, [&] {
      for (const ComparedValue &value : values)
        out.object([&] {
          out.attribute("name", jsonText(value.name));
          out.attribute("value", jsonText(value.value));
          out.attribute("kind", value.kind);
          jsonList(out, "shape", value.shape);
          out.attribute("cosine", jsonNumber(value.difference.cosine()));
          out.attribute("sqnr_db", jsonNumber(value.difference.sqnr()));
          out.attribute("largest_difference", jsonNumber(value.difference.largest));
          out.attribute("differing", value.difference.differing);
          out.attribute("elements", value.difference.total);
          out.attribute("non_finite_a", value.difference.nonFiniteReference);
          out.attribute("non_finite_b", value.difference.nonFiniteOther);
        });
    });
  }

  std::string first, second, inputs;
  InputOptions inputOptions;
  ExecutableOptions options;
  int64_t samples = Dataset::all;
  std::optional<double> minSqnr, minCosine;
};

} // namespace

std::unique_ptr<Command> tare::makeCompareCommand() { return std::make_unique<CompareCommand>(); }
