//===- ConvertOptions.cpp - What tare convert is asked for ----------------===//
#include "ConvertOptions.h"

#include "CalibrationOptions.h"
#include "Choices.h"
#include "Numbers.h"

using namespace tare;

/// What is written, and how it is looked at.
static void addOutput(ConvertOptions &options, CLI::App &app, FileArguments &files) {
  auto *dump =
      app.add_option("--dump-ir", options.dumpFolder, "Write a numbered .mlir after each pass that changed something");
  files.writesFolder(dump->type_name("DIR"), options.dumpFolder);
  app.add_option(
         "--emit", options.emit,
         "What to write: program, c (a folder), tflite (without --target for gemmlowp, or i16x8 with --activations "
         "i16), qdq-onnx (the quantized network as an ONNX model), encodings (JSON of all scales, as AIMET and QNN "
         "have them), or mlir:STAGE with STAGE one of import, float, ranges, qdq, fused, npu")
      ->type_name("FORM")
      ->capture_default_str();
  options.c.addTo(app);
  app.add_option("--check", options.check,
                 "Run N samples of the calibration through the result, and compare it with float; 0: none")
      ->type_name("N")
      ->check(wholeNumber(0))
      ->default_str("4");
  app.add_flag("--strict", options.strict, "Refuse a result of which an output has collapsed");
  app.add_flag("--timing", options.timing, "Show the time and the memory that each step and each pass takes");
  files.writes(
      app.add_option("-o,--output", options.output, "The file or folder to write")->required()->type_name("OUT"),
      options.output);
}

void ConvertOptions::addTo(CLI::App &app, FileArguments &files) {
  addCalibrationOptions(app, files, *this);
  auto *given = app.add_option("--calibration", data, "Calibration data, or a ranges file");
  files.reads(given->type_name("DATA"), data);
  app.add_option("--strip-io", stripIo,
                 "Leave these at the border to the host: quantize, dequantize, transpose, concat")
      ->type_name("LIST")
      ->check(listOf({"quantize", "dequantize", "transpose", "concat"}));
  app.add_option("--inputs", inputs, "Take the part of the network behind these values, by the model's names")
      ->type_name("LIST")
      ->allow_extra_args(false);
  app.add_option("--outputs", outputs, "Take the part of the network in front of these values")
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
  app.add_option("--bias-correction", biasCorrection,
                 "on: biases take what rounding the weights shifts results by, on the calibration data's average; off")
      ->type_name("WHAT")
      ->check(oneOf({"on", "off"}))
      ->capture_default_str();
  app.add_option(
         "--weight-rounding", weightRounding,
         "nearest; adaptive: each weight to the side where its layer's results lose least on the calibration data")
      ->type_name("HOW")
      ->check(oneOf({"nearest", "adaptive"}))
      ->capture_default_str();
  app.add_option("--equalize", equalize,
                 "on: the weights before and behind a channel are made alike in size, before calibration; off")
      ->type_name("WHAT")
      ->check(oneOf({"on", "off"}))
      ->capture_default_str();
  app.add_option(
         "--budget", budget,
         "Give values 16 bits, the fewest and cheapest that reach SQNR=30dB or loss=0.3% at all outputs, or those\n"
         "worth most within bytes=200kB of constants and arena (`tare config budget` writes the choice)")
      ->type_name("GOAL")
      ->check([](const std::string &goal) { return goal.empty() ? "found '', expected a goal as SQNR=30dB" : ""; });
  app.add_flag("--no-repair", noRepair, "Refuse what the hardware cannot hold, rather than change scales");
  app.add_flag("--allow-uncalibrated", allowUncalibrated,
               "Convert although scales look as if nobody had calibrated them");
  addOutput(*this, app, files);
}

Status ConvertOptions::settle() {
  if (!makesC(*this))
    if (Status unused = c.checkUnused("--emit c"); !unused)
      return unused;
  cPrefix = c.prefix;
  cSplitsWeights = c.splitsWeights;
  cHasTest = c.hasTest;
  repair = !noRepair;
  CompileOptions::biasCorrection = biasCorrection == "on";
  CompileOptions::equalize = equalize == "on";
  return success();
}
