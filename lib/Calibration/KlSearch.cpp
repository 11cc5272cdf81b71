// Clipping for the smallest Kullback-Leibler divergence. With prefix sums the
// divergence of one candidate costs as many steps as the grid has levels, or
// fewer: a sum that only grows is given up where it passes the best candidate.
#include "PairSearch.h"
#include "Thresholds.h"
#include "Vectorized.h"

#include <bit>
#include <cmath>
#include <numbers>

namespace tare::calibration {

namespace {

double timesLog(double x) { return x > 0 ? x * std::log(x) : 0; }

/// log x, for normal x > 0 (something finite for 0), to a few units in the last place and the same on every machine:
/// with x = 2^e m, sqrt(1/2) <= m < sqrt(2), and s = (m - 1) / (m + 1), log m = 2 artanh s = 2 (s + s^3 / 3 + s^5 / 5 +
/// ..).
TARE_INLINE double vectorLog(double x) {
  constexpr uint64_t one = std::bit_cast<uint64_t>(1.0), root = std::bit_cast<uint64_t>(std::numbers::sqrt2 / 2);
  constexpr int mantissaBits = 52, bias = 1023;
  uint64_t shifted = std::bit_cast<uint64_t>(x) + (one - root);
  // x / 2^e keeps its bits but for the exponent's.
  uint64_t exponent = shifted >> mantissaBits;
  double m = std::bit_cast<double>(std::bit_cast<uint64_t>(x) - ((exponent - bias) << mantissaBits));
  // An integer below 2^52 in the low bits of 2^52 is added to it.
  double e = std::bit_cast<double>(exponent | std::bit_cast<uint64_t>(0x1p52)) - (0x1p52 + bias);
  double s = (m - 1) / (m + 1), z = s * s, series = 0;
  for (int k = 10; k >= 0; --k)
    series = series * z + 1.0 / (2 * k + 1);
  return e * std::numbers::ln2 + 2 * s * series;
}

/// Some of the groups of bins that become one level each.
struct Groups {
  static constexpr size_t capacity = 64, lanes = 8;
  /// Values in the group; the sum of n log n over its bins; the logarithm of the number of its occupied bins.
  std::array<double, capacity> mass, logs, logOccupied;
};

/// The divergence of the groups, times the number of all values: the sum of n log n - mass log(mass / occupied). None
/// is negative: spreading a mass evenly has the smallest sum.
TARE_INLINE double divergenceOf(const Groups *groups) {
  std::array<double, Groups::lanes> sums{};
  for (size_t g = 0; g < Groups::capacity; g += Groups::lanes)
    for (size_t lane = 0; lane < Groups::lanes; ++lane) {
      double mass = groups->mass[g + lane];
      sums[lane] += groups->logs[g + lane] - mass * (vectorLog(mass) - groups->logOccupied[g + lane]);
    }
  double sum = 0;
  for (double lane : sums)
    sum += lane;
  return sum;
}

/// Bins in a row, as sums over the bins before each.
class Distribution {
public:
  explicit Distribution(std::span<const double> counts) : isa(bestIsa()), before(1), logOf(counts.size() + 1) {
    for (double count : counts) {
      const Sums &last = before.back();
      before.push_back({last.counted + count, last.logs + timesLog(count), last.occupied + (count > 0)});
    }
    for (size_t i = 2; i < logOf.size(); ++i)
      logOf[i] = std::log(double(i));
  }

  int64_t size() const { return static_cast<int64_t>(before.size()) - 1; }

  /// The divergence of the bins [begin, end), with what lies outside added to the outermost ones, from their `levels`
  /// groups; or infinity where it is not below `bound`.
  double divergence(int64_t begin, int64_t end, int64_t levels, double bound) const {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double total = before.back().counted, inside = sum(begin, end);
    double below = before[begin].counted, above = total - before[end].counted;
    double first = sum(begin, begin + 1), last = sum(end - 1, end);
    // What is clipped would have probability 0 in the grid's distribution.
    if ((below > 0 && first == 0) || (above > 0 && last == 0) || inside == 0)
      return infinity;
    if (end - begin == 1)
      return 0;
    int64_t span = end - begin, lastGroup = begin + span * (levels - 1) / levels;
    double clipped = timesLog(first + below) - timesLog(first) + timesLog(last + above) - timesLog(last);
    clipped -= clippedInto(below, begin, begin + span / levels) + clippedInto(above, lastGroup, end);
    double result = clipped + total * (std::log(inside) - std::log(total));
    Walk walk{begin, span / levels, span % levels, levels};
    for (int64_t g = 0; g < levels && result < bound * total; g += Groups::capacity) {
      Groups groups = next(walk, std::min<int64_t>(levels - g, Groups::capacity));
      result += onIsa<divergenceOf>(isa, static_cast<const Groups *>(&groups));
    }
    return result < bound * total ? result / total : infinity;
  }

private:
  struct Sums {
    double counted = 0, logs = 0;
    int64_t occupied = 0;
  };

  /// Group g ends at begin + span * (g + 1) / levels, rounded down.
  struct Walk {
    int64_t at, step, rest, levels, carried = 0;

    int64_t advance() {
      at += step;
      carried += rest;
      if (carried >= levels) {
        carried -= levels;
        ++at;
      }
      return at;
    }
  };

  Groups next(Walk &walk, int64_t count) const {
    Groups groups{};
    Sums left = before[walk.at];
    for (int64_t i = 0; i < count; ++i) {
      const Sums &right = before[walk.advance()];
      groups.mass[i] = right.counted - left.counted;
      groups.logs[i] = right.logs - left.logs;
      groups.logOccupied[i] = logOf[right.occupied - left.occupied];
      left = right;
    }
    return groups;
  }

  /// What `clipped` values have in the group [begin, end): their number times its log(mass / occupied).
  double clippedInto(double clipped, int64_t begin, int64_t end) const {
    return clipped > 0 ? clipped * (std::log(sum(begin, end)) - logOf[before[end].occupied - before[begin].occupied])
                       : 0;
  }

  double sum(int64_t begin, int64_t end) const { return before[end].counted - before[begin].counted; }

  Isa isa;
  std::vector<Sums> before;
  /// log i
  std::vector<double> logOf;
};

/// The bins of a side without the zeros.
std::vector<double> countsOf(std::span<const uint64_t> side, uint64_t zeros) {
  auto bins = occupied(side);
  std::vector<double> counts(bins.begin(), bins.end());
  if (!counts.empty())
    counts[0] = double(bins[0] - zeros);
  return counts;
}

Range symmetricRange(const Histogram &histogram, const Thresholds &thresholds, int64_t levels) {
  std::vector<double> magnitudes = countsOf(histogram.positive(), histogram.zeros());
  std::vector<double> negative = countsOf(histogram.negative(), 0);
  magnitudes.resize(thresholds.symmetricCount());
  for (size_t j = 0; j < negative.size(); ++j)
    magnitudes[j] += negative[j];
  Distribution distribution(magnitudes);
  // Fewer bins than levels would always fit: no sign of a good range.
  int64_t fewest = std::min((levels + 1) / 2, distribution.size());
  PairSearch search(1, distribution.size(), [&](Pair pair, double bound) {
    if (pair.high + 1 < fewest)
      return std::numeric_limits<double>::infinity();
    return distribution.divergence(0, pair.high + 1, (levels + 1) / 2, bound);
  });
  search.scanLines();
  return thresholds.range(search.best().high, search.best().high);
}

/// Both sides side by side, each as long as the longer one.
Range bothTailsRange(const Histogram &histogram, const Thresholds &thresholds, int64_t levels) {
  const int64_t side = thresholds.symmetricCount();
  std::vector<double> bins(2 * side);
  std::vector<double> negative = countsOf(histogram.negative(), 0);
  std::vector<double> positive = countsOf(histogram.positive(), histogram.zeros());
  std::ranges::copy(positive, bins.begin() + side);
  std::ranges::copy(negative, std::make_reverse_iterator(bins.begin() + side));
  Distribution distribution(bins);
  const int64_t fewest = std::min((levels + 1) / 2, side);
  PairSearch search(1, side, [&](Pair pair, double bound) {
    const int64_t kept = pair.high + 1;
    if (kept < fewest)
      return std::numeric_limits<double>::infinity();
    return distribution.divergence(side - kept, side + kept, levels, bound);
  });
  search.scanLines();
  return thresholds.range(search.best().high, search.best().high);
}

Range asymmetricRange(const Histogram &histogram, const Thresholds &thresholds, int64_t levels) {
  std::vector<double> bins = countsOf(histogram.negative(), 0);
  int64_t zero = static_cast<int64_t>(bins.size());
  std::reverse(bins.begin(), bins.end());
  for (double count : countsOf(histogram.positive(), histogram.zeros()))
    bins.push_back(count);
  Distribution distribution(bins);
  int64_t fewest = std::min(levels, distribution.size());
  bool hasPositive = distribution.size() > zero;
  PairSearch search(thresholds.lowCount(), thresholds.highCount(), [&](Pair pair, double bound) {
    int64_t begin = zero > 0 ? zero - 1 - pair.low : 0;
    int64_t end = hasPositive ? zero + pair.high + 1 : zero;
    if (end - begin < fewest)
      return std::numeric_limits<double>::infinity();
    return distribution.divergence(begin, end, levels, bound);
  });
  search.scanLines();
  return thresholds.range(search.best().low, search.best().high);
}

} // namespace

Range klRange(const Histogram &histogram, const GridKind &grid) {
  if (minMaxRange(histogram) == Range())
    return {};
  Thresholds thresholds(histogram);
  return grid.symmetric ? symmetricRange(histogram, thresholds, grid.levels)
                        : asymmetricRange(histogram, thresholds, grid.levels);
}

Range klBothTailsRange(const Histogram &histogram, const GridKind &grid) {
  if (minMaxRange(histogram) == Range())
    return {};
  Thresholds thresholds(histogram);
  return grid.symmetric ? bothTailsRange(histogram, thresholds, grid.levels)
                        : asymmetricRange(histogram, thresholds, grid.levels);
}

} // namespace tare::calibration
