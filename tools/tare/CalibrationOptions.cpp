//===- CalibrationOptions.cpp - Options that convert and calibrate share --===//
#include "CalibrationOptions.h"
#include "Choices.h"
#include "Executable.h"
#include "MemoryLimit.h"
#include "Numbers.h"
#include "tare/Target/Target.h"

using namespace tare;

void CalibrationOptions::addTo(CLI::App &app, FileArguments &files) {
  addModelTo(app, files);
  addSearchTo(app);
}

void CalibrationOptions::addModelTo(CLI::App &app, FileArguments &files) {
  auto *modelOption =
      app.add_option("model", model, "The network: .onnx, or IR of any stage: .mlir")->required()->type_name("MODEL");
  files.reads(modelOption, model);
  targetOption = app.add_option("--target", target, "The hardware: a shipped target or a YAML file")
                     ->type_name("NAME|FILE")
                     ->capture_default_str();
  files.reads(targetOption, target);
  activationsOption = app.add_option("--activations", activations,
                                     "The type of activations: i8 or i16 (default: the target's preferred one)")
                          ->type_name("TYPE")
                          ->check(oneOf({"i8", "i16"}));
  inputOptions.addTo(app);
  stateOptions.addTo(app);
  addMemoryLimit(app, maxMemory);
}

void CalibrationOptions::addSearchTo(CLI::App &app) {
  methodOption =
      app.add_option("--method", method,
                     "How ranges are found: auto, min_max, mean_min_max, percentile, mse, kl,\nkl_v2 or aciq")
          ->type_name("METHOD")
          ->check(oneOf(calibration::methodNames()))
          ->capture_default_str();
  percentileOption = app.add_option("--percentile", percentile,
                                    "With --method percentile: the percentage of values that is kept, 50 to 100")
                         ->type_name("P")
                         ->check(numberIn(50, 100))
                         ->capture_default_str();
  samplesOption = app.add_option("--samples", samples, "Use at most N samples")->type_name("N")->check(wholeNumber(1));
  app.add_flag("--random-calibration", random, "Calibrate on random numbers: for trying the flow, not for use");
}

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

/// What the options leave out, or say against one another.
Result<std::string> CalibrationOptions::chosenMethod() const {
  if (!data.empty() && random)
    return Error{"--calibration and --random-calibration exclude each other; give one of them"};
  if (choosesRanges() && isRangesFile(data))
    return Error{data + ": is a ranges file, which settles --method, --percentile and --samples; leave them out, or "
                        "give the data"};
  if (!percentileOption || percentileOption->count() == 0 || method == "percentile")
    return method;
  if (methodOption->count() > 0)
    return Error{"--percentile is of --method percentile, found --method " + method + "; leave one of them out"};
  return std::string("percentile");
}

Result<CompilationRequest> CalibrationOptions::request(size_t threads) const {
  CompilationRequest request;
  Result<ModelKind> kind = kindOfModel(model);
  if (!kind)
    return kind.error();
  if (*kind == ModelKind::program)
    return Error{model + ": is a program already; expected an ONNX model or IR"};
  request.model = model;
  request.isIr = *kind == ModelKind::ir;
  Result<onnx::ImportOptions> import = inputOptions.parse({model});
  if (!import)
    return import.error();
  request.import = std::move(*import);
  Result<std::string> chosen = chosenMethod();
  if (!chosen)
    return chosen.error();
  Result<Target> hardware = loadTarget(target);
  if (!hardware)
    return hardware.error();
  Result<ActivationFormat> format = formatOf(*hardware, activations);
  if (!format)
    return format.error();
  request.pipeline.target = target;
  request.choosesTarget = targetOption->count() + activationsOption->count() > 0;
  if (activationsOption->count() > 0)
    request.chosenBits = 8 * sizeOf(format->type);
  request.choosesRanges = choosesRanges();
  request.pipeline.activations = EnumNameElementType(format->type);
  request.calibration = {
      data,         random,
      std::nullopt, {*calibration::methodOf(*chosen), percentile, gridOf(*format), mayMoveScales(*hardware)},
      threads,      limitOf(maxMemory)};
  if (samples > 0)
    request.calibration.samples = samples;
  Result<std::vector<StateNames>> states = stateOptions.parse();
  if (!states)
    return states.error();
  request.calibration.states = std::move(*states);
  return request;
}
