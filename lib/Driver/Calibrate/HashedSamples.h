//===- HashedSamples.h - Samples that are known again -----------*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_HASHEDSAMPLES_H
#define TARE_DRIVER_CALIBRATE_HASHEDSAMPLES_H

#include "tare/Calibration/SampleHashes.h"
#include "tare/Tensor/Dataset.h"

#include <cstdint>
#include <mutex>
#include <span>

namespace tare {

/// XXH3-64 of the hashes of a sample's inputs, as the model takes them: the same on every machine, and whatever type or
/// file the data had.
uint64_t hashOf(std::span<const Tensor> inputs);

/// Passes samples on, and notes their hashes.
class HashedSamples : public SampleSource {
public:
  explicit HashedSamples(std::unique_ptr<SampleSource> source) : source(std::move(source)) {}

  int64_t sampleCount() const override { return source->sampleCount(); }
  Result<std::optional<Sample>> next() override;

  /// Of the samples so far.
  const calibration::SampleHashes &hashes() const { return noted; }

private:
  std::unique_ptr<SampleSource> source;
  std::mutex mutex;
  calibration::SampleHashes noted;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_HASHEDSAMPLES_H
