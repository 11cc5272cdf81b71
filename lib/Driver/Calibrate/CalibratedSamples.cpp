//===- CalibratedSamples.cpp - Samples that ranges were found on ----------===//
#include "Driver/Calibrate/CalibratedSamples.h"
#include "Driver/Calibrate/HashedSamples.h"
#include "Driver/Compile/Compilation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <ranges>

using namespace tare;

static Result<std::set<uint64_t>> hashesOf(const std::string &data, const std::vector<InputDeclaration> &inputs) {
  auto samples = Dataset::open(data, inputs);
  if (!samples)
    return samples.error();
  std::set<uint64_t> hashes;
  while (true) {
    Result<std::optional<Sample>> sample = (*samples)->next();
    if (!sample)
      return sample.error();
    if (!*sample)
      return hashes;
    hashes.insert(hashOf((*sample)->inputs));
  }
}

Result<std::unique_ptr<CalibratedSamples>> CalibratedSamples::create(const std::string &calibration,
                                                                     const std::vector<InputDeclaration> &inputs,
                                                                     SampleSource &source) {
  std::unique_ptr<CalibratedSamples> result(new CalibratedSamples(calibration, inputs.size(), source));
  if (isRangesFile(calibration)) {
    auto hashes = calibration::readSampleHashes(calibration);
    if (!hashes)
      return hashes.error();
    if (hashes->isEmpty())
      return Error{calibration + ": does not say on which samples the ranges were found; calibrate again on data, or "
                                 "give the data"};
    result->hashes = std::move(*hashes);
    return result;
  }
  auto all = hashesOf(calibration, inputs);
  if (!all)
    return all.error();
  result->all = std::move(*all);
  return result;
}

std::optional<bool> CalibratedSamples::isKnown(uint64_t hash) const {
  return hashes.isEmpty() ? all.contains(hash) : hashes.contains(hash);
}

Result<std::optional<Sample>> CalibratedSamples::next() {
  Result<std::optional<Sample>> sample = source.next();
  if (!sample || !*sample)
    return sample;
  std::optional<bool> known = isKnown(hashOf(std::span((*sample)->inputs).first(inputCount)));
  std::lock_guard lock(mutex);
  unknownCount += !known;
  if (known.value_or(false))
    calibratedOn.insert((*sample)->index);
  return sample;
}

std::string CalibratedSamples::warning() const {
  constexpr size_t shown = 8;
  if (calibratedOn.empty())
    return "";
  auto first = calibratedOn | std::views::take(shown);
  return fmt::format("{} of {} samples were calibrated on ({}): {}{}; scores on them say nothing of others, leave them "
                     "out of the data",
                     calibratedOn.size(), sampleCount(), calibration, fmt::join(first, ", "),
                     calibratedOn.size() > shown ? ", .." : "");
}
