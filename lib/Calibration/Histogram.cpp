#include "tare/Calibration/Histogram.h"
#include "BinIndices.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tare::calibration {

namespace {

/// Values handled at once: their indices stay in the first-level cache.
constexpr size_t chunkSize = 2048;
constexpr int sideBits = 11;
static_assert(Histogram::binsPerSide == 1 << sideBits);

/// The smallest k for which [-2048, 2048) * 2^k holds both values.
int exponentFor(float min, float max) {
  int exponent = Histogram::minExponent, e = 0;
  if (max > 0) {
    std::frexp(max, &e); // max < 2^e
    exponent = std::max(exponent, e - sideBits);
  }
  if (min < 0) {
    // A negative power of two is the lowest value of the last bin.
    bool isPower = std::frexp(min, &e) == -0.5f;
    exponent = std::max(exponent, e - sideBits - (isPower ? 1 : 0));
  }
  return exponent;
}

/// Adds `from` to `to`, 2^shift bins to one, each side for itself.
void addBins(std::span<uint64_t> to, std::span<const uint64_t> from, int shift) {
  for (size_t j = 0; j < from.size(); ++j) {
    size_t side = j & Histogram::binsPerSide;
    to[side + ((j - side) >> shift)] += from[j];
  }
}

/// Bins beyond a 64-bit shift of the index are all bin 0.
int shiftOf(int difference) { return std::min(difference, sideBits); }

} // namespace

double Histogram::binWidth() const { return std::ldexp(1.0, exponent); }

void Histogram::growTo(int newExponent) {
  Bins merged(bins.size());
  addBins(merged, bins, shiftOf(newExponent - exponent));
  bins = std::move(merged);
  exponent = newExponent;
}

/// Counts what is not finite; returns the rest, in `buffer`.
std::span<const float> Histogram::dropNonFinite(std::span<const float> values, std::vector<float> &buffer) {
  buffer.clear();
  for (float value : values) {
    if (std::isfinite(value))
      buffer.push_back(value);
    else if (std::isnan(value))
      ++nanCount;
    else
      ++(value > 0 ? positiveInfinityCount : negativeInfinityCount);
  }
  return buffer;
}

/// One value after the other: most neighbours differ, now that zeros are left out, so that no counter waits for its own
/// last increment.
void Histogram::count(std::span<const uint32_t> indices) {
  uint64_t *counters = bins.data();
  for (uint32_t index : indices)
    ++counters[index];
}

void Histogram::note(const Scan &seen, size_t values) {
  smallest = std::min(smallest, seen.min);
  largest = std::max(largest, seen.max);
  finiteCount += values;
  zeroCount += seen.zeros;
}

void Histogram::addChunk(std::span<const float> values, std::vector<float> &buffer) {
  std::array<uint32_t, chunkSize + indexSlack> indices;
  auto look = [&](std::span<const float> chunk) {
    return detail == Detail::extremes ? scan(chunk) : binIndices(chunk, std::ldexp(1.0f, -exponent), indices.data());
  };
  Scan seen = look(values);
  if (!seen.finite) {
    values = dropNonFinite(values, buffer);
    seen = look(values);
  }
  if (values.empty())
    return;
  note(seen, values.size());
  if (detail == Detail::extremes)
    return;
  bins.resize(2 * binsPerSide);
  if (int needed = exponentFor(seen.min, seen.max); needed > exponent) {
    growTo(needed);
    look(values);
  }
  bins[0] += seen.zeros;
  count({indices.data(), values.size() - seen.zeros});
}

void Histogram::add(std::span<const float> values) {
  std::vector<float> buffer;
  while (!values.empty()) {
    auto chunk = values.first(std::min(chunkSize, values.size()));
    values = values.subspan(chunk.size());
    addChunk(chunk, buffer);
  }
}

void Histogram::merge(const Histogram &other) {
  if (other.exponent > exponent)
    growTo(other.exponent);
  bins.resize(std::max(bins.size(), other.bins.size()));
  addBins(bins, other.bins, shiftOf(exponent - other.exponent));
  smallest = std::min(smallest, other.smallest);
  largest = std::max(largest, other.largest);
  finiteCount += other.finiteCount;
  zeroCount += other.zeroCount;
  nanCount += other.nanCount;
  positiveInfinityCount += other.positiveInfinityCount;
  negativeInfinityCount += other.negativeInfinityCount;
}

} // namespace tare::calibration
