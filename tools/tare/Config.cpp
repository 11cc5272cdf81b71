//===- Config.cpp - tare config -------------------------------------------===//
#include "CalibrationOptions.h"
#include "Choices.h"
#include "Commands.h"
#include "Driver/Budget/Budget.h"
#include "Driver/Compile/CompilerContext.h"
#include "Driver/Compile/Request.h"
#include "Driver/OutputFile.h"
#include "JsonOutput.h"
#include "Table.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "tare/Calibration/Calibrate.h"
#include "tare/Config/Grids.h"
#include "tare/Config/Write.h"
#include "tare/Diagnostics/OneLine.h"
#include "tare/Tensor/AtomicFile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
using config::Layer;
using config::Settings;

namespace {

/// A network's layers, and what rules make of them.
struct Configured {
  std::vector<Layer> layers;
  config::Rules rules;
  config::Outcome outcome;
  config::Defaults defaults;

  Settings settingsOf(size_t layer) const {
    return effectiveSettings(layers[layer], outcome.layers[layer].settings, defaults);
  }
};

class ConfigCommand : public Command {
public:
  ConfigCommand()
      : Command(
            "config", "Write and check choices for single layers",
            "tare config init model.onnx > quant.yaml\n"
            "  Edit the file, look at what its rules hit with `tare config check quant.yaml model.onnx`, and convert\n"
            "  with --config quant.yaml. docs/configuration.md explains each key.\n"
            "  tare config budget model.onnx --calibration data.npz --budget SQNR=30dB -o quant.yaml\n"
            "  chooses the values that need 16 bits.") {}

  Status run() override {
    initial.threads = checked.threads = budgeted.threads = threads;
    if (budget->parsed())
      return writeBudgeted();
    if (!initial.data.empty() != (format != yaml))
      return Error{format == yaml
                       ? "--calibration is for --format " + fmt::format("{}", fmt::join(config::tableFormats(), ", ")) +
                             ", whose scales it takes; give one of these, or leave it out"
                       : "--format " + format + " holds scales, which calibration finds; give --calibration DATA"};
    if (format != yaml)
      return writeTable();
    CompilerContext context(console());
    const bool checks = check->parsed();
    Result<Configured> found = configure(checks ? checked : initial, context);
    if (!found) {
      context.dropWarnings();
      return found.error();
    }
    context.showWarnings();
    if (std::string unused = textOfUnused(found->outcome, found->rules); !unused.empty() && !json)
      console().note(unused);
    return checks ? report(*found) : write(*found);
  }

private:
  void addOptions(CLI::App &app) override {
    app.require_subcommand(1);
    init = app.add_subcommand("init", "Write what holds of each layer as rules")->fallthrough();
    addCalibrationOptions(*init, files, initial);
    auto *data = init->add_option("--calibration", initial.data, "With --format: calibration data, or a ranges file");
    files.reads(data->type_name("DATA"), initial.data);
    std::vector<std::string> formats = config::tableFormats();
    formats.insert(formats.begin(), yaml);
    init->add_option("--format", format,
                     "What to write: yaml, or the scales of all tensors as onnxruntime (JSON of tensor overrides),\n"
                     "encodings (of AIMET and QNN), ncnn or tengine (text) have them")
        ->type_name("FORMAT")
        ->check(oneOf(formats))
        ->capture_default_str();
    files.writes(
        init->add_option("-o,--output", output, "The file to write (default: standard output)")->type_name("FILE"),
        output);
    check = app.add_subcommand("check", "Say which rule hits which layer")->fallthrough();
    files.reads(check->add_option("CONFIG", given, "A configuration, or another tool's ranges or scales")
                    ->required()
                    ->type_name("CONFIG"),
                given);
    addCalibrationOptions(*check, files, checked);
    addBudget(app);
  }

  void addBudget(CLI::App &app) {
    budget = app.add_subcommand("budget", "Choose 16 bits for the values that need them")->fallthrough();
    addCalibrationOptions(*budget, files, budgeted);
    files.reads(budget->add_option("--calibration", budgeted.data, "Calibration data")->type_name("DATA"),
                budgeted.data);
    budget
        ->add_option("--budget", budgeted.budget,
                     "SQNR=30dB or loss=0.3%: what all outputs are to reach, as cheaply as can be; bytes=200kB: what\n"
                     "constants and arena may take together, to reach as much as can be")
        ->required()
        ->type_name("GOAL");
    files.writes(
        budget->add_option("-o,--output", output, "The file to write (default: standard output)")->type_name("FILE"),
        output);
  }

  /// Rules of 16 bits, with what each of them is worth.
  Status writeBudgeted() {
    Result<CompilationRequest> request = requestOf(budgeted);
    if (!request)
      return request.error();
    Result<BudgetGoal> goal = parseBudget(budgeted.budget);
    if (!goal)
      return goal.error();
    Result<BudgetOutcome> outcome = findWidths(*request, *goal, console());
    if (!outcome)
      return outcome.error();
    if (Status written = put(outcome->config); !written)
      return written;
    if (json) {
      printJson([&](llvm::json::OStream &out) { out.object([&] { writeBudget(out, *outcome); }); });
      return success();
    }
    output.empty() ? writeOut("{}", outcome->config) : printWide(*outcome);
    for (const std::string &line : summaryOf(*outcome))
      console().note(line);
    return success();
  }

  static void printWide(const BudgetOutcome &outcome) {
    Table table({{"16 bits", Table::Align::left},
                 {"op", Table::Align::left},
                 {"error at 8 bits"},
                 {"more bytes"},
                 {"MACs of 16 bits"}});
    if (outcome.wide.empty())
      return;
    for (const WideValues &each : outcome.wide)
      table.add(
          {each.layer, each.op, shareText(each.share), fmt::format("{}", each.bytes), fmt::format("{}", each.macs)});
    table.print();
  }

  /// The layers as rules find them: in the form that is calibrated, before any is put on the host.
  Result<Configured> configure(const driver::CalibrationOptions &options, CompilerContext &context) const {
    Result<CompilationRequest> request = requestOf(options);
    if (!request)
      return request.error();
    std::vector<std::string> configs = request->pipeline.configs;
    if (!given.empty())
      configs.push_back(given);
    request->pipeline.configs.clear();
    request->last = Stage::import;
    // How ranges are found is a part of what holds.
    request->choosesRanges = false;
    auto compiled = compile(*request, *context, console());
    if (mlir::failed(compiled))
      return context.takeError(options.model);
    mlir::PassManager passes(&*context, mlir::ModuleOp::getOperationName());
    buildLayersPipeline(passes, request->pipeline);
    if (mlir::failed(passes.run(*compiled->module)))
      return context.takeError(options.model);
    Result<Target> target = loadTarget(targetOf(options));
    if (!target)
      return target.error();
    Configured found;
    found.layers = config::layersOf(compiled->module->lookupSymbol<mlir::func::FuncOp>("main"));
    Result<config::Rules> rules = config::readRules(configs);
    if (!rules)
      return rules.error();
    found.rules = std::move(*rules);
    const bool isWide = request->calibration.search.grid.isFine();
    auto outcome = config::apply(found.rules, found.layers, *target, isWide ? ElementType::i16 : ElementType::i8);
    if (!outcome)
      return outcome.error();
    found.outcome = std::move(*outcome);
    found.defaults = defaultsOf(options, *request, *target, *compiled->module);
    return found;
  }

  static config::Defaults defaultsOf(const driver::CalibrationOptions &options, const CompilationRequest &request,
                                     const Target &target, mlir::ModuleOp module) {
    const calibration::SearchOptions &search = request.calibration.search;
    config::Defaults defaults{options.model,
                              target.name,
                              search.grid.isFine() ? 16u : 8u,
                              search.grid.symmetric,
                              target.weights.perChannel,
                              false,
                              false,
                              {},
                              search.percentile};
    for (const auto &[value, method] : calibration::methodsOf(module, search))
      // `auto` says itself what has no outliers.
      defaults.methods[value] = nameOf(search.method == calibration::Method::automatic ? search.method : method);
    return defaults;
  }

  /// The grids of the network, quantized as `tare convert` does it.
  Status writeTable() {
    Result<CompilationRequest> request = requestOf(initial);
    if (!request)
      return request.error();
    CompilerContext context(console());
    request->last = Stage::qdq;
    auto compiled = compile(*request, *context, console());
    if (mlir::failed(compiled))
      return context.takeError(initial.model);
    const auto grids = config::gridsOf(compiled->module->lookupSymbol<mlir::func::FuncOp>("main"));
    Result<config::GridTable> table = config::writeGrids(grids, format);
    if (!table) {
      context.dropWarnings();
      return Error{initial.model + ": " + table.error().message};
    }
    if (Status written = put(table->text); !written)
      return written;
    context.showWarnings();
    if (json)
      printJson([&](llvm::json::OStream &out) {
        out.object([&] { out.attribute("format", format), out.attribute("tensors", int64_t(table->entries)); });
      });
    else if (output.empty())
      writeOut("{}", table->text);
    else
      console().note(fmt::format("wrote {}: the scales of {} tensors", output, table->entries));
    return success();
  }

  /// Writes the file, where one is asked for.
  Status put(const std::string &text) {
    if (output.empty())
      return success();
    if (Status free = checkOutput(output, filesOf(budget->parsed() ? budgeted : initial)); !free)
      return free;
    if (Status written = writeFile(output, text); !written)
      return written;
    complete.push_back(output);
    return success();
  }

  Status write(const Configured &found) {
    const std::string text = config::writeYaml(found.layers, found.outcome, found.defaults);
    if (Status written = put(text); !written)
      return written;
    if (json)
      printJson([&](llvm::json::OStream &out) { out.object([&] { writeLayers(out, found); }); });
    else if (output.empty())
      writeOut("{}", text);
    else
      console().note(fmt::format("wrote {}: {} layers and inputs", output, found.layers.size()));
    return success();
  }

  /// Each rule with the layers that it hits, and each layer with what holds of it.
  Status report(const Configured &found) const {
    if (json) {
      printJson([&](llvm::json::OStream &out) {
        out.object([&] {
          writeRules(out, found);
          writeLayers(out, found);
        });
      });
      return success();
    }
    const std::vector<std::vector<std::string>> hits = hitsOf(found);
    for (size_t rule = 0; rule < found.rules.size(); ++rule)
      writeOut("rule {} ({}, {}): {}\n", rule + 1, oneLine(found.rules[rule].place),
               oneLine(found.rules[rule].selector.text()), oneLine(shortList(hits[rule])));
    writeOut("\n");
    Table table({{"layer", Table::Align::left},
                 {"op", Table::Align::left},
                 {"rules", Table::Align::left},
                 {"what holds", Table::Align::left}});
    for (size_t i = 0; i < found.layers.size(); ++i) {
      std::vector<size_t> rules;
      for (size_t rule : found.outcome.layers[i].rules)
        rules.push_back(rule + 1);
      const Settings settings = found.settingsOf(i);
      table.add({found.layers[i].name, found.layers[i].op, fmt::format("{}", fmt::join(rules, ", ")),
                 settings.empty() ? found.layers[i].refusals.activations : textOf(settings)});
    }
    table.print();
    return success();
  }

  /// By rule, the names of the layers that it hits.
  static std::vector<std::vector<std::string>> hitsOf(const Configured &found) {
    std::vector<std::vector<std::string>> hits(found.rules.size());
    for (size_t i = 0; i < found.layers.size(); ++i)
      for (size_t rule : found.outcome.layers[i].rules)
        hits[rule].push_back(found.layers[i].name);
    return hits;
  }

  static std::string shortList(const std::vector<std::string> &names) {
    constexpr size_t shown = 12;
    if (names.empty())
      return "nothing";
    const std::vector<std::string> first(names.begin(), names.begin() + std::min(shown, names.size()));
    const std::string more = names.size() > shown ? fmt::format(", .. ({} in all)", names.size()) : "";
    return fmt::format("{}{}", fmt::join(first, ", "), more);
  }

  static void writeRules(llvm::json::OStream &out, const Configured &found) {
    const std::vector<std::vector<std::string>> hits = hitsOf(found);
    out.attributeArray("rules", [&] {
      for (size_t rule = 0; rule < found.rules.size(); ++rule)
        out.object([&] {
          out.attribute("place", jsonText(found.rules[rule].place));
          out.attribute("selector", jsonText(found.rules[rule].selector.text()));
          out.attribute("settings", jsonText(textOf(found.rules[rule].settings)));
          out.attributeArray("layers", [&] {
            for (const std::string &name : hits[rule])
              out.value(jsonText(name));
          });
        });
    });
  }

  static void writeLayers(llvm::json::OStream &out, const Configured &found) {
    out.attribute("target", jsonText(found.defaults.target));
    out.attributeArray("layers", [&] {
      for (size_t i = 0; i < found.layers.size(); ++i)
        out.object([&] { writeLayer(out, found, i); });
    });
  }

  static void writeLayer(llvm::json::OStream &out, const Configured &found, size_t i) {
    const Layer &layer = found.layers[i];
    const Settings settings = found.settingsOf(i);
    const qnn::ValueChoice &activations = settings.activations;
    out.attribute("name", jsonText(layer.name));
    out.attribute("op", jsonText(layer.op));
    out.attributeArray("values", [&] {
      for (const std::string &value : layer.values)
        out.value(jsonText(value));
    });
    out.attributeArray("rules", [&] {
      for (size_t rule : found.outcome.layers[i].rules)
        out.value(int64_t(rule));
    });
    auto optional = [&](const char *key, const auto &value) {
      if (value)
        out.attribute(key, *value);
    };
    out.attributeObject("activations", [&] {
      if (activations.bits)
        out.attribute("bits", int64_t(*activations.bits));
      optional("symmetric", activations.symmetric);
      optional("method", activations.method);
      optional("percentile", activations.percentile);
      if (activations.range)
        jsonList(out, "range", std::vector<double>{activations.range->first, activations.range->second});
      optional("scale", activations.scale);
      optional("zero_point", activations.zeroPoint);
    });
    out.attributeObject("weights", [&] {
      optional("per_channel", settings.layer.perChannel);
      if (!settings.layer.weightScales.empty())
        jsonList(out, "scale", settings.layer.weightScales);
      optional("bias_correction", settings.layer.biasCorrection);
      if (settings.layer.adaptiveRounding)
        out.attribute("rounding", *settings.layer.adaptiveRounding ? "adaptive" : "nearest");
    });
    out.attribute("keep_float", settings.layer.keepFloat.value_or(layer.isHost));
  }

  CLI::App *init = nullptr, *check = nullptr, *budget = nullptr;
  driver::CalibrationOptions initial, checked;
  driver::CompileOptions budgeted;
  static constexpr const char *yaml = "yaml";
  std::string given, output, format = yaml;
};

} // namespace

std::unique_ptr<Command> tare::makeConfigCommand() { return std::make_unique<ConfigCommand>(); }
