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

/// The sum; nothing where it is more than Histogram::mostValues.
std::optional<uint64_t> sumOf(std::span<const uint64_t> counts) {
  uint64_t sum = 0;
  for (uint64_t count : counts)
    if (count > Histogram::mostValues || (sum += count) > Histogram::mostValues)
      return std::nullopt;
  return sum;
}

/// The bins of a side up to the outermost value.
size_t binsUpTo(float value, float smallest, float largest) {
  const double bin = std::floor(std::ldexp(double(value), -exponentFor(smallest, largest)));
  return size_t(bin < 0 ? -bin : bin + 1);
}

/// Whether a side's bins end where its outermost value lies.
bool endsRight(const std::vector<uint64_t> &side, size_t bins) {
  return side.size() == bins && (side.empty() || side.back() != 0);
}

bool areBinsSound(const Histogram::Contents &contents) {
  if (contents.detail == Histogram::Detail::extremes)
    return contents.positive.empty() && contents.negative.empty();
  const float low = contents.smallest, high = contents.largest;
  if (!endsRight(contents.positive, high >= 0 ? binsUpTo(high, low, high) : 0) ||
      !endsRight(contents.negative, low < 0 ? binsUpTo(low, low, high) : 0))
    return false;
  std::optional<uint64_t> positive = sumOf(contents.positive), negative = sumOf(contents.negative);
  return positive && negative && *positive + *negative == contents.finite &&
         (contents.zeros == 0 || contents.positive[0] >= contents.zeros);
}

/// Of zeros the sign is not kept.
bool isKept(float value) { return std::isfinite(value) && !(value == 0 && std::signbit(value)); }

bool isSound(const Histogram::Contents &contents) {
  const uint64_t counts[] = {contents.finite, contents.nans, contents.positiveInfinities, contents.negativeInfinities};
  if (!sumOf(counts))
    return false;
  const Histogram none;
  if (contents.finite == 0)
    return contents.smallest == none.min() && contents.largest == none.max() && contents.zeros == 0 &&
           contents.positive.empty() && contents.negative.empty();
  if (!isKept(contents.smallest) || !isKept(contents.largest) || contents.smallest > contents.largest ||
      contents.zeros > contents.finite)
    return false;
  const bool areAllZero = contents.smallest == 0 && contents.largest == 0,
             mayHaveZeros = contents.smallest <= 0 && contents.largest >= 0;
  return (areAllZero ? contents.zeros == contents.finite : mayHaveZeros || contents.zeros == 0) &&
         areBinsSound(contents);
}

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
  if (!countsAll)
    return;
  bins.resize(2 * binsPerSide);
  int needed = exponentFor(seen.min, seen.max);
  if (needed > exponent) {
    growTo(needed);
    seen = find(values);
  }
  count({indices.data(), values.size() - seen.zeros}, seen.zeros);
}

Histogram::Ends Histogram::add(std::span<const float> values) {
  Ends ends;
  std::vector<float> buffer;
  while (!values.empty()) {
    auto chunk = values.first(std::min(chunkSize, values.size()));
    values = values.subspan(chunk.size());
    addChunk(chunk, buffer, ends);
  }
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

Histogram::Contents Histogram::contents() const {
  auto occupied = [](Side side) {
    while (!side.empty() && side.back() == 0)
      side = side.first(side.size() - 1);
    return std::vector<uint64_t>(side.begin(), side.end());
  };
  return {detail,
          smallest,
          largest,
          finiteCount,
          zeroCount,
          nanCount,
          positiveInfinityCount,
          negativeInfinityCount,
          occupied(side(0)),
          occupied(side(1))};
}

std::optional<Histogram> Histogram::of(const Contents &contents) {
  if (!isSound(contents))
    return std::nullopt;
  Histogram histogram(contents.detail);
  histogram.smallest = contents.smallest;
  histogram.largest = contents.largest;
  histogram.finiteCount = contents.finite;
  histogram.zeroCount = contents.zeros;
  histogram.nanCount = contents.nans;
  histogram.positiveInfinityCount = contents.positiveInfinities;
  histogram.negativeInfinityCount = contents.negativeInfinities;
  if (contents.detail == Detail::bins && contents.finite) {
    histogram.exponent = exponentFor(contents.smallest, contents.largest);
    histogram.bins.resize(2 * binsPerSide);
    std::ranges::copy(contents.positive, histogram.bins.begin());
    std::ranges::copy(contents.negative, histogram.bins.begin() + binsPerSide);
  }
  return histogram;
}

} // namespace tare::calibration
