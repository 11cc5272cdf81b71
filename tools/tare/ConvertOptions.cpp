//===- ConvertOptions.cpp - What tare convert is asked for ----------------===//
#include "ConvertOptions.h"

#include "Choices.h"
#include "Numbers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

static constexpr std::string_view mlirPrefix = "mlir:";

/// What is written, and how it is looked at.
static void addOutput(ConvertOptions &options, CLI::App &app, FileArguments &files) {
  auto *dump =
      app.add_option("--dump-ir", options.dumpFolder, "Write a numbered .mlir after each pass that changed something");
  files.writesFolder(dump->type_name("DIR"), options.dumpFolder);
  app.add_option(
         "--emit", options.emit,
         "What to write: program, c (a folder), tflite (without --target for gemmlowp, or i16x8 with --activations "
         "i16), or mlir:STAGE with STAGE one of import, float, ranges, qdq, fused, npu")
      ->type_name("FORM")
      ->capture_default_str();
  options.c.addTo(app);
  options.checkOption =
      app.add_option("--check", options.checkSamples,
                     "Run N samples of the calibration through the result, and compare it with float; 0: none")
          ->type_name("N")
          ->check(wholeNumber(0))
          ->capture_default_str();
  app.add_flag("--strict", options.strict, "Refuse a result of which an output has collapsed");
  app.add_flag("--timing", options.timing, "Show the time and the memory that each step and each pass takes");
  files.writes(
      app.add_option("-o,--output", options.output, "The file or folder to write")->required()->type_name("OUT"),
      options.output);
}

void ConvertOptions::addTo(CLI::App &app, FileArguments &files) {
  calibration.addTo(app, files);
  auto *data = app.add_option("--calibration", calibration.data, "Calibration data, or a ranges file");
  files.reads(data->type_name("DATA"), calibration.data);
  app.add_option("--strip-io", stripIo,
                 "Leave these at the border to the host: quantize, dequantize, transpose, concat")
      ->type_name("LIST")
      ->check(listOf({"quantize", "dequantize", "transpose", "concat"}));
  app.add_option("--inputs", cutInputs, "Take the part of the network behind these values, by the model's names")
      ->type_name("LIST")
      ->allow_extra_args(false);
  app.add_option("--outputs", cutOutputs, "Take the part of the network in front of these values")
      ->type_name("LIST")
      ->allow_extra_args(false);
  app.add_option("--host", host,
                 "allow: layers that have no integer form run on the host in float, and are listed; error: refuse them")
      ->type_name("WHAT")
      ->check(oneOf({"allow", "error"}))
      ->capture_default_str();
  app.add_flag("--host-tail", hostTail, "Leave to the host all that stands behind the last products with weights");
  app.add_flag("--narrow-states", narrowStates,
               "Keep the states of loops at 8 bits with the other activations (default: 16 where the target has them)");
  app.add_flag("--no-repair", noRepair, "Refuse what the hardware cannot hold, rather than change scales");
  app.add_flag("--allow-uncalibrated", allowUncalibrated,
               "Convert although scales look as if nobody had calibrated them");
  addOutput(*this, app, files);
}

/// The arithmetic of LiteRT's kernels, where a TFLite file is asked for and no target.
static CalibrationOptions withTarget(const ConvertOptions &options) {
  CalibrationOptions calibration = options.calibration;
  if (options.makesTFLite() && calibration.targetOption->count() == 0)
    calibration.target = calibration.activations == "i16" ? "i16x8" : "gemmlowp";
  return calibration;
}

Result<CompilationRequest> ConvertOptions::request(size_t threads) const {
  Result<CompilationRequest> request = withTarget(*this).request(threads);
  if (!request)
    return request;
  request->pipeline.stripIo = splitLists(stripIo);
  request->pipeline.repair = !noRepair;
  request->pipeline.hostTail = hostTail;
  request->pipeline.narrowStates = narrowStates;
  request->refusesHost = host == "error";
  if (hostTail && request->refusesHost)
    return Error{"--host-tail leaves layers to the host, which --host error refuses; leave one of them out"};
  request->inputs = splitLists(cutInputs);
  request->outputs = splitLists(cutOutputs);
  request->pipeline.allowUncalibrated = allowUncalibrated;
  request->dumpFolder = dumpFolder;
  request->timing = timing;
  if (makesProgram()) {
    request->calibration.kept = checkSamples;
    return request;
  }
  Result<Stage> stage = stageToEmit();
  if (!stage)
    return stage.error();
  if (Status reached = checkReached(*request, *stage); !reached)
    return reached.error();
  request->last = *stage;
  return request;
}

Result<Stage> ConvertOptions::stageToEmit() const {
  std::optional<Stage> stage;
  if (emit.starts_with(mlirPrefix))
    stage = stageOf(std::string_view(emit).substr(mlirPrefix.size()));
  for (const auto &[option, isGiven] : {std::pair("--strict", strict), std::pair("--check", asksForCheck())})
    if (isGiven)
      return Error{fmt::format("{} checks a program, but --emit {} makes none; leave one of them out", option, emit)};
  if (!stage)
    return Error{"--emit: " + noneOf(emit, {"program", "c", "tflite", "mlir:import", "mlir:float", "mlir:ranges",
                                            "mlir:qdq", "mlir:fused", "mlir:npu"})};
  return *stage;
}

Status ConvertOptions::checkReached(const CompilationRequest &request, Stage last) const {
  struct Use {
    const char *option;
    bool isGiven;
    Stage stage;
  };
  const Use uses[] = {{"--dump-ir", !dumpFolder.empty(), Stage::simplified},
                      {"--method, --percentile or --samples", request.choosesRanges, Stage::ranges},
                      {"--allow-uncalibrated", allowUncalibrated, Stage::qdq},
                      {"--no-repair", noRepair, Stage::qdq},
                      {"--host-tail", hostTail, Stage::qdq},
                      {"--narrow-states", narrowStates, Stage::qdq},
                      {"--host error", host == "error", Stage::qdq},
                      {"--strip-io", !stripIo.empty(), Stage::npu}};
  for (const Use &use : uses)
    if (use.isGiven && use.stage > last)
      return Error{
          fmt::format("{} is of the stage '{}' at the earliest, but --emit {} ends before; leave one of them out",
                      use.option, nameOf(use.stage), emit)};
  return success();
}

std::string ConvertOptions::unusedText(const CompilationRequest &request) const {
  if (request.last >= Stage::ranges)
    return "";
  // What a target has no operator for is written in others, or put on the host, before anything is calibrated.
  const bool asksTarget = request.last >= Stage::simplified;
  std::vector<std::string> unused;
  for (const auto &[option, isGiven] :
       {std::pair("--calibration", !calibration.data.empty()), std::pair("--random-calibration", calibration.random),
        std::pair("--target", !asksTarget && calibration.targetOption->count() > 0),
        std::pair("--activations", !asksTarget && calibration.activationsOption->count() > 0)})
    if (isGiven)
      unused.push_back(option);
  if (unused.empty())
    return "";
  return fmt::format("{} {} nothing here: --emit {} ends before the stage 'ranges'", fmt::join(unused, " and "),
                     unused.size() == 1 ? "changes" : "change", emit);
}
