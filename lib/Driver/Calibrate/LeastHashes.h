//===- LeastHashes.h - Samples that any order of data gives -----*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_LEASTHASHES_H
#define TARE_DRIVER_CALIBRATE_LEASTHASHES_H

#include "Driver/Calibrate/SampleKeeper.h"

#include <cstdint>
#include <map>

namespace tare {

/// Keeps the samples whose contents have the least hashes: as good as drawn at random, and the same ones whatever the
/// order of the data is.
class LeastHashes {
public:
  /// At most `wanted` samples.
  explicit LeastHashes(size_t wanted) : wanted(wanted) {}

  /// Keeps the sample, as long as it is one of them; from any thread.
  void visit(const Sample &sample, const std::vector<Tensor> &outputs);
  /// Those kept, in the order of their hashes.
  std::vector<EvaluatedSample> take();

private:
  size_t wanted;
  std::mutex mutex;
  std::multimap<uint64_t, EvaluatedSample> samples;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_LEASTHASHES_H
