//===- SampleHashes.h - Which samples ranges were found on ------*- C++ -*-===//
//
// A ranges file says which samples it was found on, so that whoever measures on
// others can tell that they are others.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CALIBRATION_SAMPLEHASHES_H
#define TARE_CALIBRATION_SAMPLEHASHES_H

#include "tare/Calibration/Ranges.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace tare::calibration {

/// The hashes of samples; of more than `most` different ones the least. Which these are depends on the set of samples
/// alone, not on their order. Not thread-safe.
class SampleHashes {
public:
  static constexpr size_t most = 1024;

  void add(uint64_t hash);
  void merge(const SampleHashes &other);
  /// Of a set that had `samples` samples, of which these hashes are left.
  static SampleHashes of(std::set<uint64_t> kept, int64_t samples);

  /// Whether a sample is one of them; nothing where its hash would not have been kept.
  std::optional<bool> contains(uint64_t hash) const;
  /// Whether no hash was left out.
  bool isWhole() const { return whole; }
  bool isEmpty() const { return kept.empty(); }
  /// Ascending.
  const std::set<uint64_t> &hashes() const { return kept; }

private:
  std::set<uint64_t> kept;
  bool whole = true;
};

/// A ranges file that says which samples the ranges were found on; without any, that of toJson(ranges).
std::string toJson(const Ranges &ranges, const SampleHashes &samples);

/// What a ranges file says of its samples: empty where it says nothing.
Result<SampleHashes> readSampleHashes(const std::string &path);

} // namespace tare::calibration

#endif // TARE_CALIBRATION_SAMPLEHASHES_H
