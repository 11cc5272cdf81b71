//===- Histogram.h - What values a tensor takes -----------------*- C++ -*-===//
#ifndef TARE_CALIBRATION_HISTOGRAM_H
#define TARE_CALIBRATION_HISTOGRAM_H

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tare::calibration {

struct Scan;

/// A histogram of float32 values that depends on the multiset of the values
/// alone: any order, any partition into histograms that are merged, on any
/// number of threads, gives the same one, bit for bit.
///
/// That is so because bins are 2^k wide and lie at multiples of 2^k: the value
/// x is in bin floor(x / 2^k). When a value does not fit, k grows, and two
/// neighbours become one bin exactly: floor(floor(x / w) / 2) = floor(x / 2w).
/// So k is the smallest one that holds all values so far, whatever came first.
/// There are 2048 bins a side: a side uses over half of them where it holds
/// the largest magnitude. Not thread-safe; give each thread one and merge.
class Histogram {
public:
  static constexpr int64_t binsPerSide = 2048;
  /// Bins are not narrower than the smallest normal float.
  static constexpr int minExponent = -126;
  /// More than any data have; two such counts together still have 64 bits.
  static constexpr uint64_t mostValues = uint64_t(1) << 62;

  /// What is kept of the values.
  enum class Detail {
    /// Everything below.
    bins,
    /// The counts of kinds, min() and max(), and no bins: far cheaper.
    extremes
  };
  explicit Histogram(Detail detail = Detail::bins) : detail(detail) {}

  /// The least and the largest finite one of some values; infinity and minus infinity where there is none.
  struct Ends {
    float least = std::numeric_limits<float>::infinity(), greatest = -std::numeric_limits<float>::infinity();
  };

  /// Adds values, and tells where they end.
  Ends add(std::span<const float> values);
  /// Adds what another one of the same detail has seen.
  void merge(const Histogram &other);

  /// All that a histogram holds, as files have it.
  struct Contents {
    Detail detail = Detail::bins;
    float smallest = std::numeric_limits<float>::infinity(), largest = -std::numeric_limits<float>::infinity();
    uint64_t finite = 0, zeros = 0, nans = 0, positiveInfinities = 0, negativeInfinities = 0;
    /// From 0 outwards, up to the outermost bin that is not empty.
    std::vector<uint64_t> positive, negative;
  };
  Contents contents() const;
  /// Nothing where no values have these contents.
  static std::optional<Histogram> of(const Contents &contents);

  /// Values seen, of all kinds.
  uint64_t total() const { return finiteCount + nonFinite(); }
  uint64_t finite() const { return finiteCount; }
  uint64_t zeros() const { return zeroCount; }
  uint64_t nans() const { return nanCount; }
  uint64_t positiveInfinities() const { return positiveInfinityCount; }
  uint64_t negativeInfinities() const { return negativeInfinityCount; }
  uint64_t nonFinite() const { return nanCount + positiveInfinityCount + negativeInfinityCount; }
  /// Whether all that was seen is zero, or nothing was.
  bool isDead() const { return total() == zeroCount; }

  /// The smallest and the largest finite value; +inf and -inf if there is none.
  float min() const { return smallest; }
  float max() const { return largest; }

  /// The bytes of the bins.
  size_t bytes() const { return bins.capacity() * sizeof(uint64_t); }

  /// 2^k, exact.
  double binWidth() const;
  /// Bin j holds the values in [j, j + 1) * binWidth(), zeros included; empty
  /// or 2048 bins.
  std::span<const uint64_t> positive() const { return largest >= 0 ? side(0) : Side(); }
  /// Bin j holds the values in [-(j + 1), -j) * binWidth(); empty or 2048 bins.
  std::span<const uint64_t> negative() const { return smallest < 0 ? side(1) : Side(); }

  /// The mean square of the finite values, to the precision of the bins; nothing where these do not hold all.
  std::optional<double> meanSquare() const;

  /// Whether both have seen the same.
  bool operator==(const Histogram &) const = default;

private:
  using Bins = std::vector<uint64_t>;
  using Side = std::span<const uint64_t>;

  Side side(size_t number) const {
    return bins.empty() ? Side() : Side(bins).subspan(number * binsPerSide, binsPerSide);
  }
  void addChunk(std::span<const float> values, std::vector<float> &buffer, Ends &ends);
  void note(const Scan &seen, size_t values);
  void count(std::span<const uint32_t> indices, uint64_t zeros);
  std::span<const float> dropNonFinite(std::span<const float> values, std::vector<float> &buffer);
  void growTo(int newExponent);

  Detail detail;
  /// k; meaningful once there is a finite value.
  int exponent = minExponent;
  float smallest = std::numeric_limits<float>::infinity();
  float largest = -std::numeric_limits<float>::infinity();
  uint64_t finiteCount = 0, zeroCount = 0, nanCount = 0;
  uint64_t positiveInfinityCount = 0, negativeInfinityCount = 0;
  /// Both sides, each from 0 outwards: the positive one first. Empty before the first finite value.
  Bins bins;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_HISTOGRAM_H
