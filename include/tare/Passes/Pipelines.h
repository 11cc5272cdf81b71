//===- Pipelines.h - The arrows from a float graph to integers --*- C++ -*-===//
//
// One named pipeline per arrow of the design; `tare-opt --tare-<name>` runs one,
// `--tare-pipeline` all of them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_PIPELINES_H
#define TARE_PASSES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "tare/Calibration/Ranges.h"

#include <string>

namespace tare {

struct PipelineOptions {
  /// A shipped target's name or a YAML file.
  std::string target = "generic";
  /// "i8" or "i16"; empty for the target's preferred type.
  std::string activations;
  /// The ranges file; empty where the values carry their ranges already, or need none.
  std::string ranges;
  /// What the host does instead of the program: any of quantize, dequantize, transpose.
  std::vector<std::string> stripIo;
  /// Whether scales that the hardware cannot use may be changed, with a report of what that costs.
  bool repair = true;
  /// Whether a model may be converted whose scales look as if nobody had calibrated them; it is a warning then.
  bool allowUncalibrated = false;
  /// Whether the host computes all that stands behind the last products with weights.
  bool hostTail = false;
  /// Whether the states of loops have the width of the other activations, though the target has 16 bits beside 8.
  bool narrowStates = false;
  /// Configurations of single layers (tare/Config/Rules.h), of which later ones win.
  std::vector<std::string> configs = {};
  /// Whether biases take what rounded weights shift results by, on average, of all layers for which no configuration
  /// says anything else.
  bool biasCorrection = false;
  /// Whether weights before and behind a channel are made alike in size.
  bool equalize = false;
};

/// Takes the part of a network between these values, by name; all of it where there are none.
void buildCutPipeline(mlir::OpPassManager &passes, const std::vector<std::string> &inputs,
                      const std::vector<std::string> &outputs);
/// Folds constants and batch norms, fuses activations: the float form that is calibrated.
void buildSimplifyPipeline(mlir::OpPassManager &passes);
/// The layers that a target is asked for, and configurations are about: norms that it has no operator for are written
/// out.
void buildLayersPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
/// The same for a target: what it has no operator for is written in those that it has, as far as that has to be
/// calibrated.
void buildSimplifyPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
/// Attaches ranges to the values (the calibrate arrow's result).
void buildRangesPipeline(mlir::OpPassManager &passes, calibration::Ranges ranges);
/// The same, from the options' ranges file.
void buildRangesPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
/// Names the target and gives up precision: the QDQ form.
void buildQuantizePipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
/// Its two halves: every value gets its grid; then weights and biases, on theirs, take numbers that lose less. What
/// data make of the first half may be measured between them (`qnn.input_products`).
void buildGridsPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
void buildConstantsPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);
/// Whole ops on quantized types, int32 tails.
void buildFusePipeline(mlir::OpPassManager &passes);
/// Integers, channels-last, addresses: the npu form.
void buildLowerPipeline(mlir::OpPassManager &passes, const PipelineOptions &options);

/// The named pipelines of tare-opt.
void registerTarePipelines();

} // namespace tare

#endif // TARE_PASSES_PIPELINES_H
