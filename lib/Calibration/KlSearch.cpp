// Clipping for the smallest Kullback-Leibler divergence. With prefix sums the
// divergence of one candidate costs as many steps as the grid has levels.
#include "PairSearch.h"
#include "Thresholds.h"

#include <cmath>

namespace tare::calibration {

namespace {

double timesLog(double x) { return x > 0 ? x * std::log(x) : 0; }

/// Bins in a row, as sums over the bins before each.
class Distribution {
public:
  explicit Distribution(std::span<const double> counts) {
    for (double count : counts) {
      counted.push_back(counted.back() + count);
      logs.push_back(logs.back() + timesLog(count));
      nonEmpty.push_back(nonEmpty.back() + (count > 0));
    }
  }

  int64_t size() const { return static_cast<int64_t>(counted.size()) - 1; }

  /// The divergence of the bins [begin, end), with what lies outside added to
  /// the outermost ones, from their `levels` groups.
  double divergence(int64_t begin, int64_t end, int64_t levels) const {
    double total = counted.back(), inside = sum(begin, end);
    double below = counted[begin], above = total - counted[end];
    double first = sum(begin, begin + 1), last = sum(end - 1, end);
    // What is clipped would have probability 0 in the grid's distribution.
    if ((below > 0 && first == 0) || (above > 0 && last == 0) || inside == 0)
      return std::numeric_limits<double>::infinity();
    if (end - begin == 1)
      return 0;
    // sum of p log p ..
    double result = logs[end] - logs[begin];
    result += timesLog(first + below) - timesLog(first);
    result += timesLog(last + above) - timesLog(last);
    // .. minus sum of p log q
    for (int64_t g = 0, left = begin; g < levels; ++g) {
      int64_t right = begin + (end - begin) * (g + 1) / levels;
      double mass = sum(left, right);
      if (mass > 0) {
        double p = mass + (left == begin ? below : 0) + (right == end ? above : 0);
        result -= p * std::log(mass / double(nonEmpty[right] - nonEmpty[left]));
      }
      left = right;
    }
    return result / total - std::log(total) + std::log(inside);
  }

private:
  double sum(int64_t begin, int64_t end) const { return counted[end] - counted[begin]; }

  std::vector<double> counted{0}, logs{0};
  std::vector<int64_t> nonEmpty{0};
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
  PairSearch search(1, distribution.size(), [&](Pair pair) {
    if (pair.high + 1 < fewest)
      return std::numeric_limits<double>::infinity();
    return distribution.divergence(0, pair.high + 1, (levels + 1) / 2);
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
  PairSearch search(thresholds.lowCount(), thresholds.highCount(), [&](Pair pair) {
    int64_t begin = zero > 0 ? zero - 1 - pair.low : 0;
    int64_t end = hasPositive ? zero + pair.high + 1 : zero;
    if (end - begin < fewest)
      return std::numeric_limits<double>::infinity();
    return distribution.divergence(begin, end, levels);
  });
  search.scanLines();
  return thresholds.range(search.best().low, search.best().high);
}

} // namespace

Range klRange(const Histogram &histogram, const GridKind &grid) {
  Range all = minMaxRange(histogram);
  if (all == Range())
    return all;
  Thresholds thresholds(histogram);
  return grid.symmetric ? symmetricRange(histogram, thresholds, grid.levels)
                        : asymmetricRange(histogram, thresholds, grid.levels);
}

} // namespace tare::calibration
