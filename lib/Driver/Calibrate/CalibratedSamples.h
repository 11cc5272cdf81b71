//===- CalibratedSamples.h - Samples that ranges were found on --*- C++ -*-===//
#ifndef TARE_DRIVER_CALIBRATE_CALIBRATEDSAMPLES_H
#define TARE_DRIVER_CALIBRATE_CALIBRATEDSAMPLES_H

#include "tare/Calibration/SampleHashes.h"
#include "tare/Tensor/Dataset.h"

#include <mutex>
#include <set>
#include <string>

namespace tare {

/// Passes samples on, and finds those that a calibration had seen.
class CalibratedSamples : public SampleSource {
public:
  /// Of a calibration's data, opened for these inputs, or a ranges file that says what it was found on.
  static Result<std::unique_ptr<CalibratedSamples>>
  create(const std::string &calibration, const std::vector<InputDeclaration> &inputs, SampleSource &source);

  int64_t sampleCount() const override { return source.sampleCount(); }
  Result<std::optional<Sample>> next() override;

  /// The numbers of the samples so far that were calibrated on.
  const std::set<int64_t> &found() const { return calibratedOn; }
  /// Samples of which that is not known: a ranges file has the hashes of a part of many samples.
  int64_t unknown() const { return unknownCount; }
  /// What is to be said of them; empty where there is nothing.
  std::string warning() const;

private:
  CalibratedSamples(std::string calibration, size_t inputCount, SampleSource &source)
      : calibration(std::move(calibration)), inputCount(inputCount), source(source) {}
  std::optional<bool> isKnown(uint64_t hash) const;

  std::string calibration;
  /// Labels follow the inputs.
  size_t inputCount;
  SampleSource &source;
  /// Of a ranges file; or of data all.
  calibration::SampleHashes hashes;
  std::set<uint64_t> all;
  std::mutex mutex;
  std::set<int64_t> calibratedOn;
  int64_t unknownCount = 0;
};

} // namespace tare

#endif // TARE_DRIVER_CALIBRATE_CALIBRATEDSAMPLES_H
