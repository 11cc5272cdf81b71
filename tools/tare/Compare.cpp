//===- Compare.cpp - tare compare -----------------------------------------===//
#include "Commands.h"
#include "Comparison.h"
#include "Json.h"
#include "Numbers.h"
#include "ShapeOptions.h"
#include "Table.h"

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
    if (Status parsed = shapes.parseInto(options, {first, second}); !parsed)
      return parsed;
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
    Status done = success();
    {
      Progress progress(console(), "comparing sample", (*data)->sampleCount());
      done = (*comparison)->run(**data, threads, progress);
    }
    if (done)
      report(**comparison, (*data)->sampleCount());
    return done;
  }

private:
  void addOptions(CLI::App &app) override {
    app.add_option("A", first, "The reference")->required();
    app.add_option("B", second, "What is compared with it")->required();
    app.add_option("--inputs", inputs, "Samples: an .npz, a .npy where there is one input, or a folder of such files")
        ->required()
        ->type_name("X.npz");
    shapes.addTo(app);
    app.add_option("--samples", samples, "How many samples to run (default: all)")
        ->type_name("N")
        ->check(wholeNumber(1));
    app.add_flag("--reference", options.reference, "Run a program on the reference kernels");
  }

  Result<std::unique_ptr<Executable>> load(const std::string &path) const {
    auto executable = Executable::load(path, options, console());
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
                 {"elements"}});
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
               fmt::format("{:.6f}", d.cosine()), d.differing ? fmt::format("{:.2f}", d.sqnr()) : "equal",
               fmt::format("{:.4g}", d.largest), fmt::format("{}", d.differing), fmt::format("{}", d.total)});
  }

  static void summarize(const Comparison &comparison, int64_t sampleCount) {
    Difference all;
    for (const ComparedValue &output : comparison.outputs())
      all.add(output.difference);
    writeOut("\n{} samples, {} layers; the outputs: {}\n", sampleCount, comparison.layers().size(),
             all.differing ? fmt::format("{} of {} elements differ, cosine {:.6f}, SQNR {:.2f} dB", all.differing,
                                         all.total, all.cosine(), all.sqnr())
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
        });
    });
  }

  std::string first, second, inputs;
  ShapeOptions shapes;
  ExecutableOptions options;
  int64_t samples = Dataset::all;
};

} // namespace

std::unique_ptr<Command> tare::makeCompareCommand() { return std::make_unique<CompareCommand>(); }
