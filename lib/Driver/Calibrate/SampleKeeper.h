//===- SampleKeeper.h - A few of the calibration's samples ------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_SAMPLEKEEPER_H
#define TARE_DRIVER_CALIBRATE_SAMPLEKEEPER_H

#include "tare/Tensor/Dataset.h"

#include <mutex>
#include <vector>

namespace tare {

/// A sample, and what the float graph gives for it.
struct EvaluatedSample {
  std::vector<Tensor> inputs, outputs;
};

/// Keeps samples that lie evenly in the data: which ones they are depends on their number alone.
class SampleKeeper {
public:
  /// At most `wanted` of `total` samples.
  SampleKeeper(int64_t wanted, int64_t total);

  /// Keeps the sample, if it is one of them; from any thread.
  void visit(const Sample &sample, const std::vector<Tensor> &outputs);
  /// Those kept, in the order of the data.
  std::vector<EvaluatedSample> take() { return std::move(samples); }

private:
  std::mutex mutex;
  /// Of each kept sample, ascending.
  std::vector<int64_t> indices;
  std::vector<EvaluatedSample> samples;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_SAMPLEKEEPER_H
