//===- CalibrationOptions.cpp - Options that convert and calibrate share --===//
#include "CalibrationOptions.h"
#include "Choices.h"
#include "InputOptions.h"
#include "Numbers.h"
#include "SharedOptions.h"
#include "StateOptions.h"

#include <fmt/format.h>

using namespace tare;

void tare::addModelOptions(CLI::App &app, FileArguments &files, driver::CalibrationOptions &options) {
  auto *model = app.add_option("model", options.model, "The network: .onnx, or IR of any stage: .mlir");
  files.reads(model->required()->type_name("MODEL"), options.model);
  auto *target = app.add_option("--target", options.target, "The hardware: a shipped target or a YAML file");
  files.reads(target->type_name("NAME|FILE")->default_str("generic"), options.target);
  app.add_option("--activations", options.activations,
                 "The type of activations: i8 or i16 (default: the target's preferred one)")
      ->type_name("TYPE")
      ->check(oneOf({"i8", "i16"}));
  auto *config = app.add_option("--config", options.configs,
                                "Choices for single layers: a YAML file, or another tool's ranges or scales; may be\n"
                                "repeated, later ones win (`tare config` writes and explains them)");
  files.reads(config->type_name("FILE")->allow_extra_args(false), options.configs);
  addInputOptions(app, files, options);
  addStates(app, options.states);
  addMemoryLimit(app, options.maxMemory);
}

/// How ranges are found.
static void addSearchOptions(CLI::App &app, driver::CalibrationOptions &options) {
  app.add_option("--method", options.method,
                 "How ranges are found: auto, min_max, mean_min_max, percentile, mse, kl,\nkl_v2 or aciq")
      ->type_name("METHOD")
      ->check(oneOf(calibration::methodNames()))
      ->default_str(std::string(nameOf(calibration::Method::automatic)));
  app.add_option("--percentile", options.percentile,
                 "With --method percentile: the percentage of values that is kept, 50 to 100")
      ->type_name("P")
      ->check(numberIn(50, 100))
      ->default_str(fmt::format("{}", calibration::usualPercentile));
  app.add_option("--samples", options.samples, "Use at most N samples")->type_name("N")->check(wholeNumber(1));
  app.add_flag("--random-calibration", options.random, "Calibrate on random numbers: for trying the flow, not for use");
}

void tare::addCalibrationOptions(CLI::App &app, FileArguments &files, driver::CalibrationOptions &options) {
  addModelOptions(app, files, options);
  addSearchOptions(app, options);
}
