#include "tare/Calibration/Histogram.h"
#include "BinIndices.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tare::calibration {

namespace {

/// Values handled at once: their indices stay in the first-level cache.
constexpr size_t chunkSize = 2048;
/// Of tails: few enough for most chunks to have no value in them.
constexpr size_t tailChunkSize = 512;
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

std::optional<double> Histogram::meanSquare() const {
  if (detail != Detail::bins || finiteCount == 0)
    return std::nullopt;
  double sum = 0;
  for (Side side : {positive(), negative()})
    for (size_t j = 0; j < side.size(); ++j) {
      const double middle = (double(j) + 0.5) * binWidth();
      sum += middle * middle * double(side[j]);
    }
  return sum / double(finiteCount);
}

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
void Histogram::count(std::span<const uint32_t> indices, uint64_t zeros) {
  bins[0] += zeros;
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

/// Behind the outermost bins that complete more than `spare` values: what else they hold makes no difference.
void Histogram::raiseCuts() {
  auto behind = [&](Side side) {
    uint64_t beyond = 0;
    for (size_t j = side.size(); j-- > 0;)
      if (beyond += side[j]; double(beyond) > spare)
        return float(double(j + 1) * binWidth());
    return 0.0f;
  };
  highCut = std::max(highCut, behind(side(0)));
  lowCut = std::min(lowCut, -behind(side(1)));
  sinceCuts = 0;
}

void Histogram::addChunk(std::span<const float> values, std::vector<float> &buffer, Ends &ends) {
  std::array<uint32_t, chunkSize + indexSlack> indices;
  auto find = [&](std::span<const float> chunk) {
    return binIndices(chunk, std::ldexp(1.0f, -exponent), indices.data());
  };
  bool countsAll = detail == Detail::bins;
  auto look = [&](std::span<const float> chunk) { return countsAll ? find(chunk) : scan(chunk); };
  Scan seen = look(values);
  if (!seen.finite) {
    values = dropNonFinite(values, buffer);
    seen = look(values);
  }
  if (values.empty())
    return;
  note(seen, values.size());
  ends = {std::min(ends.least, seen.min), std::max(ends.greatest, seen.max)};
  if (detail == Detail::extremes || (detail == Detail::tails && seen.max < highCut && seen.min >= lowCut))
    return;
  bins.resize(2 * binsPerSide);
  int needed = exponentFor(seen.min, seen.max);
  bool grows = needed > exponent;
  if (grows)
    growTo(needed);
  if (grows || !countsAll)
    seen = find(values);
  count({indices.data(), values.size() - seen.zeros}, seen.zeros);
  if (detail == Detail::tails)
    sinceCuts += values.size();
}

Histogram::Ends Histogram::add(std::span<const float> values) {
  Ends ends;
  std::vector<float> buffer;
  size_t size = detail == Detail::tails ? tailChunkSize : chunkSize;
  while (!values.empty()) {
    auto chunk = values.first(std::min(size, values.size()));
    values = values.subspan(chunk.size());
    addChunk(chunk, buffer, ends);
  }
  if (double(sinceCuts) > std::max(4.0 * spare, 16.0 * chunkSize))
    raiseCuts();
  return ends;
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
