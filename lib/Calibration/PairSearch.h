//===- PairSearch.h - Two thresholds at once --------------------*- C++ -*-===//
#ifndef TARE_LIB_CALIBRATION_PAIRSEARCH_H
#define TARE_LIB_CALIBRATION_PAIRSEARCH_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

namespace tare::calibration {

/// One candidate of each list.
struct Pair {
  int64_t low, high;
};

/// Positions 0 .. count - 1, outermost first, ever closer towards 0: one in
/// five of the magnitude apart.
inline std::vector<int64_t> coarsePositions(int64_t count) {
  std::vector<int64_t> positions;
  for (int64_t size = count; size > 0; size = std::min(size - 1, size * 4 / 5))
    positions.push_back(size - 1);
  return positions;
}

/// The pair with the smallest cost met so far; of equal ones, the first. Cost is called with a pair and the smallest
/// cost so far: where it cannot be below that, anything that is not will do.
template <typename Cost> class PairSearch {
public:
  /// Tries a mesh of pairs, the widest first.
  PairSearch(int64_t lowCount, int64_t highCount, Cost cost)
      : lowCount(lowCount), highCount(highCount), cost(cost), found{lowCount - 1, highCount - 1} {
    for (int64_t low : coarsePositions(lowCount))
      for (int64_t high : coarsePositions(highCount))
        visit({low, high});
  }

  Pair best() const { return found; }

  /// Steps to better neighbours, ever shorter: for a smooth cost.
  void descend();
  /// Tries all of one list with the best of the other, in turn, as long as
  /// that helps: for a rugged cost that is cheap.
  void scanLines();

private:
  bool visit(Pair pair) {
    pair.low = std::clamp<int64_t>(pair.low, 0, lowCount - 1);
    pair.high = std::clamp<int64_t>(pair.high, 0, highCount - 1);
    double value = cost(pair, smallest);
    if (!(value < smallest))
      return false;
    smallest = value;
    found = pair;
    return true;
  }

  int64_t lowCount, highCount;
  Cost cost;
  Pair found;
  double smallest = std::numeric_limits<double>::infinity();
};

template <typename Cost> void PairSearch<Cost>::descend() {
  static constexpr std::array<Pair, 8> directions{
      {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, 1}, {-1, -1}, {1, -1}, {-1, 1}}};
  for (int64_t step = std::max(lowCount, highCount) / 8; step > 0; step /= 2) {
    bool improved = true;
    while (improved) {
      improved = false;
      Pair center = found;
      for (Pair direction : directions)
        improved |= visit({center.low + direction.low * step, center.high + direction.high * step});
    }
  }
}

template <typename Cost> void PairSearch<Cost>::scanLines() {
  // The lines that are known: with this of the other list, all of the one.
  int64_t knownHigh = -1, knownLow = -1;
  while (knownHigh != found.high || knownLow != found.low) {
    if (int64_t high = found.high; knownHigh != high) {
      for (int64_t low = lowCount; low-- > 0;)
        visit({low, high});
      knownHigh = high;
    }
    if (int64_t low = found.low; knownLow != low) {
      for (int64_t high = highCount; high-- > 0;)
        visit({low, high});
      knownLow = low;
    }
  }
}

} // namespace tare::calibration

#endif // TARE_LIB_CALIBRATION_PAIRSEARCH_H
