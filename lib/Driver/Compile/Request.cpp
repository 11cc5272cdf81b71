//===- Request.cpp - From what is asked for to a compilation --------------===//
#include "Driver/Compile/Request.h"

#include "Driver/Budget/Goal.h"
#include "Driver/Choices.h"
#include "Driver/Execute/Executable.h"
#include "Driver/Execute/ImportOptions.h"
#include "Driver/Execute/MemoryLimit.h"
#include "Driver/Execute/States.h"
#include "tare/Target/Target.h"
#include "tare/Tensor/Dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;
using driver::CalibrationOptions;
using driver::CompileOptions;

static constexpr std::string_view mlirPrefix = "mlir:";

/// Whether grids may come to have steps that differ by powers of two from what suits each value: where there is no
/// multiplier, where it has hardly more bits than weights have, or where the shifts leave it few at the accumulators of
/// usual layers. Calibration then tells what each value loses on such grids.
static bool mayMoveScales(const Target &target) {
  constexpr int enoughBits = 12, usualOctaves = 16;
  int stages = target.requantizer == Requantizer::three_stage ? 3 : 1;
  return target.powerOfTwoScales() || target.multiplierBits < enoughBits ||
         target.shift.max * stages < target.multiplierBits + usualOctaves;
}

/// What the target says of the activation type, or of its preferred one.
static Result<ActivationFormat> formatOf(const Target &target, const std::string &activations) {
  if (activations.empty())
    return target.activations.front();
  const ActivationFormat *format = target.activation(activations == "i16" ? ElementType::i16 : ElementType::i8);
  if (!format)
    return Error{"target '" + target.name + "' has no " + activations + " activations, but " +
                 (activations == "i16" ? "i8" : "i16") + "; leave --activations out, or take another target"};
  return *format;
}

/// The grid that ranges are searched for.
static calibration::GridKind gridOf(const ActivationFormat &format) {
  int64_t levels = format.type == ElementType::i16 ? 65536 : 256;
  return {format.symmetric ? levels - 1 : levels, format.symmetric};
}

/// Whether the user says how ranges are to be found.
static bool choosesRanges(const CalibrationOptions &options) {
  return options.method || options.percentile || options.samples;
}

/// What the options leave out, or say against one another.
static Result<std::string> chosenMethod(const CalibrationOptions &options) {
  if (!options.data.empty() && options.random)
    return Error{"--calibration and --random-calibration exclude each other; give one of them"};
  if (choosesRanges(options) && isRangesFile(options.data))
    return Error{options.data + ": is a ranges file, which settles --method, --percentile and --samples; leave them "
                                "out, or give the data"};
  const bool hasFiles = !options.data.empty() && !isRangesFile(options.data);
  if (!options.preprocess.empty() && options.inputTypes.empty() && !hasFiles)
    return Error{options.preprocess + ": --preprocess is of data or of --input-type, and there are none; give "
                                      "--calibration DATA or --input-type, or leave it out"};
  const std::string method = options.method.value_or(std::string(nameOf(calibration::Method::automatic)));
  if (!options.percentile || method == "percentile")
    return method;
  if (options.method)
    return Error{"--percentile is of --method percentile, found --method " + method + "; leave one of them out"};
  return std::string("percentile");
}

/// What a command line checks while it is read.
static Status checkChoices(const CalibrationOptions &options) {
  Status checked = options.method ? checkChoice("--method", *options.method, calibration::methodNames()) : success();
  if (checked && options.activations)
    checked = checkChoice("--activations", *options.activations, {"i8", "i16"});
  if (!checked)
    return checked;
  if (options.percentile && !(*options.percentile >= 50 && *options.percentile <= 100))
    return Error{fmt::format("--percentile: found {}, expected a number from 50 to 100", *options.percentile)};
  if (options.samples && *options.samples < 1)
    return Error{fmt::format("--samples: found {}, expected a whole number, 1 or more", *options.samples)};
  return success();
}

std::vector<std::string> tare::filesOf(const CalibrationOptions &options) {
  std::vector<std::string> all{options.model, options.data, targetOf(options), options.preprocess};
  all.insert(all.end(), options.configs.begin(), options.configs.end());
  return all;
}

/// For hardware that is named, by the options or for want of a name there.
static Result<CompilationRequest> requestFor(const std::string &target, const CalibrationOptions &options) {
  if (Status checked = checkChoices(options); !checked)
    return checked.error();
  CompilationRequest request;
  Result<ModelKind> kind = kindOfModel(options.model);
  if (!kind)
    return kind.error();
  if (*kind == ModelKind::program)
    return Error{options.model + ": is a program already; expected an ONNX model or IR"};
  request.model = options.model;
  request.isIr = *kind == ModelKind::ir;
  Result<Preprocess> preprocess = readPreprocess(options.preprocess);
  if (!preprocess)
    return preprocess.error();
  Result<onnx::ImportOptions> import = importOptions({options.model}, options, *preprocess);
  if (!import)
    return import.error();
  request.import = std::move(*import);
  if (!options.data.empty())
    request.import.dataArrays = Dataset::arrayNames(options.data);
  Result<std::string> method = chosenMethod(options);
  if (!method)
    return method.error();
  Result<Target> hardware = loadTarget(target);
  if (!hardware)
    return hardware.error();
  Result<ActivationFormat> format = formatOf(*hardware, options.activations.value_or(""));
  if (!format)
    return format.error();
  request.pipeline.target = target;
  request.pipeline.configs = options.configs;
  request.choosesTarget = !options.target.empty() || options.activations;
  if (options.activations)
    request.chosenBits = 8 * sizeOf(format->type);
  request.choosesRanges = choosesRanges(options);
  request.pipeline.activations = EnumNameElementType(format->type);
  const double percentile = options.percentile.value_or(calibration::usualPercentile);
  request.calibration = {
      options.data,    options.random,
      options.samples, {*calibration::methodOf(*method), percentile, gridOf(*format), mayMoveScales(*hardware)},
      options.threads, limitOf(options.maxMemory)};
  request.calibration.preprocess = std::move(*preprocess);
  Result<std::vector<StateNames>> states = parseStates(options.states);
  if (!states)
    return states.error();
  request.calibration.states = std::move(*states);
  return request;
}

Result<CompilationRequest> tare::requestOf(const CalibrationOptions &options) {
  return requestFor(targetOf(options), options);
}

/// Where a TFLite file is asked for and no target, one with the arithmetic of LiteRT's kernels.
static std::string targetFor(const CompileOptions &options) {
  if (!makesTFLite(options) || !options.target.empty())
    return targetOf(options);
  return options.activations == "i16" ? "i16x8" : "gemmlowp";
}

/// The stage that `emit` names, of which no program is made.
static Result<Stage> stageToEmit(const CompileOptions &options) {
  std::optional<Stage> stage;
  if (makesQdqModel(options) || makesEncodings(options))
    stage = Stage::qdq;
  if (options.emit.starts_with(mlirPrefix))
    stage = stageOf(std::string_view(options.emit).substr(mlirPrefix.size()));
  for (const auto &[option, isGiven] :
       {std::pair("--strict", options.strict), std::pair("--check", asksForCheck(options))})
    if (isGiven)
      return Error{
          fmt::format("{} checks a program, but --emit {} makes none; leave one of them out", option, options.emit)};
  if (!stage)
    return Error{"--emit: " +
                 noneOf(options.emit, {"program", "c", "tflite", "qdq-onnx", "encodings", "mlir:import", "mlir:float",
                                       "mlir:ranges", "mlir:qdq", "mlir:fused", "mlir:npu"})};
  return *stage;
}

/// An error where an option is of a stage behind `last`.
static Status checkReached(const CompileOptions &options, const CompilationRequest &request, Stage last) {
  struct Use {
    const char *option;
    bool isGiven;
    Stage stage;
  };
  const Use uses[] = {{"--dump-ir", !options.dumpFolder.empty(), Stage::simplified},
                      {"--method, --percentile or --samples", request.choosesRanges, Stage::ranges},
                      {"--allow-uncalibrated", options.allowUncalibrated, Stage::qdq},
                      {"--no-repair", !options.repair, Stage::qdq},
                      {"--host-tail", options.hostTail, Stage::qdq},
                      {"--narrow-states", options.narrowStates, Stage::qdq},
                      {"--equalize on", options.equalize, Stage::simplified},
                      {"--budget", !options.budget.empty(), Stage::qdq},
                      {"--bias-correction on", options.biasCorrection, Stage::qdq},
                      {"--weight-rounding adaptive", options.weightRounding != "nearest", Stage::qdq},
                      {"--host error", options.host == "error", Stage::qdq},
                      {"--strip-io", !options.stripIo.empty(), Stage::npu}};
  for (const Use &use : uses)
    if (use.isGiven && use.stage > last)
      return Error{
          fmt::format("{} is of the stage '{}' at the earliest, but --emit {} ends before; leave one of them out",
                      use.option, nameOf(use.stage), options.emit)};
  return success();
}

/// What a command line checks while it is read.
static Status checkChoices(const CompileOptions &options) {
  for (const std::string &name : splitLists(options.stripIo))
    if (Status known = checkChoice("--strip-io", name, {"quantize", "dequantize", "transpose", "concat"}); !known)
      return known;
  if (options.equalize && isRangesFile(options.data))
    return Error{options.data +
                 ": is a ranges file, whose ranges are those of channels that are not made alike yet; give "
                 "the data, or leave --equalize out"};
  if (options.check && *options.check < 0)
    return Error{fmt::format("--check: found {}, expected a whole number, 0 or more", *options.check)};
  if (options.emit == "encodings" && options.weightRounding == "adaptive")
    return Error{
        "--weight-rounding adaptive chooses integers of weights, and encodings hold scales alone; leave it out, "
        "and give it with --config and the data when a program is made of them"};
  if (Status known = checkChoice("--weight-rounding", options.weightRounding, {"nearest", "adaptive"}); !known)
    return known;
  if (!options.budget.empty())
    if (Result<BudgetGoal> goal = parseBudget(options.budget); !goal)
      return goal.error();
  return checkChoice("--host", options.host, {"allow", "error"});
}

Result<CompilationRequest> tare::requestOf(const CompileOptions &options) {
  constexpr int64_t usuallyChecked = 4;
  if (Status checked = checkChoices(options); !checked)
    return checked.error();
  Result<CompilationRequest> request = requestFor(targetFor(options), options);
  if (!request)
    return request;
  request->pipeline.stripIo = splitLists(options.stripIo);
  request->pipeline.repair = options.repair;
  request->pipeline.hostTail = options.hostTail;
  request->pipeline.narrowStates = options.narrowStates;
  request->pipeline.biasCorrection = request->calibration.wantsMeans = options.biasCorrection;
  request->pipeline.equalize = options.equalize;
  request->roundsByData = options.weightRounding == "adaptive";
  request->refusesHost = options.host == "error";
  if (options.hostTail && request->refusesHost)
    return Error{"--host-tail leaves layers to the host, which --host error refuses; leave one of them out"};
  request->inputs = splitLists(options.inputs);
  request->outputs = splitLists(options.outputs);
  request->pipeline.allowUncalibrated = options.allowUncalibrated;
  request->dumpFolder = options.dumpFolder;
  request->timing = options.timing;
  if (makesProgram(options)) {
    request->calibration.kept = options.check.value_or(usuallyChecked);
    return request;
  }
  Result<Stage> stage = stageToEmit(options);
  if (!stage)
    return stage.error();
  if (Status reached = checkReached(options, *request, *stage); !reached)
    return reached.error();
  request->last = *stage;
  // The fused form says the same.
  request->takesFused = makesQdqModel(options);
  return request;
}

std::string tare::unusedText(const CompileOptions &options, const CompilationRequest &request) {
  if (request.last >= Stage::ranges)
    return "";
  // What a target has no operator for is written in others, or put on the host, before anything is calibrated.
  const bool asksTarget = request.last >= Stage::simplified;
  std::vector<std::string> unused;
  for (const auto &[option, isGiven] :
       {std::pair("--calibration", !options.data.empty()), std::pair("--random-calibration", options.random),
        std::pair("--target", !asksTarget && !options.target.empty()),
        std::pair("--activations", !asksTarget && options.activations.has_value()),
        std::pair("--config", !asksTarget && !options.configs.empty())})
    if (isGiven)
      unused.push_back(option);
  if (unused.empty())
    return "";
  return fmt::format("{} {} nothing here: --emit {} ends before the stage 'ranges'", fmt::join(unused, " and "),
                     unused.size() == 1 ? "changes" : "change", options.emit);
}
