//===- Evaluate.h - Scores on labelled data ---------------------*- C++ -*-===//
#ifndef TARE_DRIVER_EVALUATE_H
#define TARE_DRIVER_EVALUATE_H

#include "tare/Driver/Execute.h"

#include <optional>

namespace tare::driver {

struct EvaluateOptions : ModelOptions {
  /// The reference, and what was made of it.
  std::string model;
  std::vector<std::string> programs;
  /// Samples with labels: an .npz, or a folder of such files.
  std::string data;
  /// "top1", "top5", "auc", "psnr", "cosine", "map", or "command:PROGRAM".
  std::string metric;
  /// The outputs that are looked at, and the array of labels; empty for the usual ones.
  std::vector<std::string> outputs;
  std::string labels;
  /// Of psnr, of map, of map.
  std::optional<double> peak, nms, leastScore;
  /// What the programs were calibrated on, data or a ranges file; empty for nothing.
  std::string calibration;
  std::optional<int64_t> samples;
  size_t threads = 0;
};

/// What `tare evaluate --json` prints: docs/tools.md. A configuration that fails is a row, and a warning; where none
/// has a score that is an error.
Result<std::string> evaluate(const EvaluateOptions &options, const Listener &listener);

} // namespace tare::driver

#endif // TARE_DRIVER_EVALUATE_H
