//===- Calibrate.h - Ranges of a graph's values from data -------*- C++ -*-===//
#ifndef TARE_CALIBRATION_CALIBRATE_H
#define TARE_CALIBRATION_CALIBRATE_H

#include "mlir/IR/BuiltinOps.h"
#include "tare/Calibration/RangeSearch.h"
#include "tare/Calibration/Ranges.h"
#include "tare/Tensor/Dataset.h"

namespace tare::calibration {

struct CalibrationOptions {
  SearchOptions search;
  /// 0: as many as there are cores.
  size_t threads = 0;
  /// Called now and then, from any thread, with the number of samples done.
  std::function<void(int64_t)> progress;
  /// Called with each sample and what the graph gives for it, from any thread.
  std::function<void(const Sample &, const std::vector<Tensor> &outputs)> visit;
};

/// Runs the float graph @main on every sample, once, and finds the range of every float value that is not constant.
/// Memory does not depend on the number of samples; the result depends on the set of samples alone: not on their order,
/// nor on the number of threads. The module must be in its simplified float form.
Result<Ranges> calibrate(mlir::ModuleOp module, SampleSource &source, const CalibrationOptions &options);

/// `count` samples of normally distributed numbers (integers for integer inputs), the same for every run: for trying
/// the flow where there is no data.
std::unique_ptr<SampleSource> randomSamples(std::vector<InputDeclaration> inputs, int64_t count);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_CALIBRATE_H
