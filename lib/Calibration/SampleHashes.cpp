//===- SampleHashes.cpp - Which samples ranges were found on --------------===//
#include "tare/Calibration/SampleHashes.h"

using namespace tare;
using namespace tare::calibration;

void SampleHashes::add(uint64_t hash) {
  kept.insert(hash);
  if (kept.size() <= most)
    return;
  kept.erase(std::prev(kept.end()));
  whole = false;
}

void SampleHashes::merge(const SampleHashes &other) {
  for (uint64_t hash : other.kept)
    add(hash);
  whole &= other.whole;
}

SampleHashes SampleHashes::of(std::set<uint64_t> kept, int64_t samples) {
  SampleHashes result;
  result.whole = kept.size() < most || samples <= int64_t(most);
  result.kept = std::move(kept);
  return result;
}

std::optional<bool> SampleHashes::contains(uint64_t hash) const {
  if (kept.contains(hash))
    return true;
  return whole || hash < *kept.rbegin() ? std::optional(false) : std::nullopt;
}
