#include "tare/Calibration/Histogram.h"
#include "BinIndices.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

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

void addBins(std::vector<uint64_t> &to, const std::vector<uint64_t> &from, int shift) {
  if (from.empty())
    return;
  to.resize(Histogram::binsPerSide);
  for (size_t j = 0; j < from.size(); ++j)
    to[j >> shift] += from[j];
}

/// Bins beyond a 64-bit shift of the index are all bin 0.
int shiftOf(int difference) { return std::min(difference, sideBits); }

} // namespace

/// Counts of one add() by index (see binIndices), in a few copies: neighbours
/// are often equal, and a counter must not wait for its own last increment.
class Histogram::Tables {
public:
  void count(std::span<const uint16_t> indices) {
    size_t i = 0;
    for (; i + copies <= indices.size(); i += copies)
      for (size_t copy = 0; copy < copies; ++copy)
        ++counts[copy][indices[i + copy]];
    for (; i < indices.size(); ++i)
      ++counts[0][indices[i]];
    used += indices.size();
  }
  /// Whether 32 bits could be too few for another chunk.
  bool isFull() const { return used > UINT32_MAX - chunkSize; }

  /// The histogram has bins on the sides where there are counts.
  void flush(Histogram &histogram) {
    if (used == 0)
      return;
    used = 0;
    for (auto &table : counts) {
      size_t zero = binsPerSide;
      for (size_t j = 0; j < histogram.positiveBins.size(); ++j)
        histogram.positiveBins[j] += table[zero + j];
      for (size_t j = 0; j < histogram.negativeBins.size(); ++j)
        histogram.negativeBins[j] += table[zero - 1 - j];
      table.fill(0);
    }
  }

private:
  static constexpr size_t copies = 4;

  uint64_t used = 0;
  std::array<std::array<uint32_t, 2 * binsPerSide>, copies> counts{};
};

double Histogram::binWidth() const { return std::ldexp(1.0, exponent); }

void Histogram::growTo(int newExponent) {
  int shift = shiftOf(newExponent - exponent);
  exponent = newExponent;
  for (Bins *bins : {&positiveBins, &negativeBins}) {
    Bins merged;
    addBins(merged, *bins, shift);
    *bins = std::move(merged);
  }
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

/// The bins without a detour: for so few values that tables do not pay.
void Histogram::count(std::span<const uint16_t> indices) {
  for (uint16_t index : indices)
    if (index >= binsPerSide)
      ++positiveBins[index - binsPerSide];
    else
      ++negativeBins[binsPerSide - 1 - index];
}

void Histogram::addFinite(std::span<const float> values, const Scan &seen, Tables *tables) {
  int needed = exponentFor(seen.min, seen.max);
  if (tables && (needed > exponent || tables->isFull()))
    tables->flush(*this);
  if (needed > exponent)
    growTo(needed);
  smallest = std::min(smallest, seen.min);
  largest = std::max(largest, seen.max);
  finiteCount += values.size();
  zeroCount += seen.zeros;
  if (smallest < 0)
    negativeBins.resize(binsPerSide);
  if (largest >= 0)
    positiveBins.resize(binsPerSide);
  std::array<uint16_t, chunkSize> buffer;
  binIndices(values, std::ldexp(1.0f, -exponent), buffer.data());
  std::span<const uint16_t> indices(buffer.data(), values.size());
  tables ? tables->count(indices) : count(indices);
}

void Histogram::add(std::span<const float> values) {
  // 64 KB: one per thread, always left empty.
  thread_local auto tables = std::make_unique<Tables>();
  Tables *used = values.size() > chunkSize ? tables.get() : nullptr;
  std::vector<float> buffer;
  while (!values.empty()) {
    auto chunk = values.first(std::min(chunkSize, values.size()));
    values = values.subspan(chunk.size());
    Scan seen = scan(chunk);
    if (!seen.finite) {
      chunk = dropNonFinite(chunk, buffer);
      seen = scan(chunk);
    }
    if (!chunk.empty())
      addFinite(chunk, seen, used);
  }
  if (used)
    used->flush(*this);
}

void Histogram::merge(const Histogram &other) {
  if (other.exponent > exponent)
    growTo(other.exponent);
  int shift = shiftOf(exponent - other.exponent);
  addBins(positiveBins, other.positiveBins, shift);
  addBins(negativeBins, other.negativeBins, shift);
  smallest = std::min(smallest, other.smallest);
  largest = std::max(largest, other.largest);
  finiteCount += other.finiteCount;
  zeroCount += other.zeroCount;
  nanCount += other.nanCount;
  positiveInfinityCount += other.positiveInfinityCount;
  negativeInfinityCount += other.negativeInfinityCount;
}

} // namespace tare::calibration
