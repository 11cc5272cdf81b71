//===- TableFit.cpp - The entries of interpolated tables ------------------===//
//
// Between two entries that lie on a curve, the straight line is on one side of
// it. Entries that are off by half of that, to the other side, halve the error.
//
//===----------------------------------------------------------------------===//
#include "Lowering/TableFit.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

constexpr int64_t spacing = int64_t(1) << kernels::interpolationBits;
constexpr int64_t last = kernels::interpolatedTableSize - 1;
/// Entries and lines are rounded: less is not worth a search.
constexpr double unavoidable = 1.0;

class Fit {
public:
  Fit(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min, int64_t max)
      : entries(std::move(rounded)), wanted(wanted), min(min), max(max) {}

  /// Moves each entry by half of what the lines beside it are off in their middles.
  void shift() {
    std::vector<int64_t> shifted = entries;
    for (int64_t i = 0; i <= last; ++i)
      shifted[i] = onGrid(wanted[i * spacing] - (offInMiddle(i - 1) + offInMiddle(i)) / 4);
    entries = std::move(shifted);
  }

  /// One pass over the entries; false where none moved.
  bool improve() {
    bool moved = false;
    for (int64_t i = 0; i <= last; ++i)
      moved |= improveEntry(i);
    return moved;
  }

  std::vector<int64_t> entries;

private:
  int64_t onGrid(double y) const { return int64_t(std::clamp(std::nearbyint(y), double(min), double(max))); }

  /// Of the line from entry i to the next; of one that there is none, of its neighbour.
  double offInMiddle(int64_t i) const {
    int64_t line = std::clamp<int64_t>(i, 0, last - 1), middle = line * spacing + spacing / 2;
    return (wanted[line * spacing] + wanted[(line + 1) * spacing]) / 2 - wanted[middle];
  }

  /// The worst of the two lines at entry i.
  double worstBeside(int64_t i) const {
    double worst = 0;
    int64_t from = std::max<int64_t>((i - 1) * spacing + 1, 0), to = std::min((i + 1) * spacing, last * spacing);
    for (int64_t index = from; index < to; ++index)
      worst = std::max(worst, std::abs(double(kernels::interpolate(entries.data(), index)) - wanted[index]));
    return worst;
  }

  bool improveEntry(int64_t i) {
    double worst = worstBeside(i);
    const int64_t before = entries[i];
    for (int64_t step = std::llround(worst / 2); step > 0 && worst > unavoidable;)
      if (!tryEntry(i, entries[i] - step, worst) && !tryEntry(i, entries[i] + step, worst))
        step /= 2;
    return entries[i] != before;
  }

  bool tryEntry(int64_t i, int64_t candidate, double &worst) {
    int64_t before = entries[i];
    entries[i] = std::clamp(candidate, min, max);
    if (double found = worstBeside(i); found < worst) {
      worst = found;
      return true;
    }
    entries[i] = before;
    return false;
  }

  llvm::ArrayRef<double> wanted;
  int64_t min, max;
};

} // namespace

double tare::worstOfFit(llvm::ArrayRef<int64_t> entries, llvm::ArrayRef<double> wanted) {
  double worst = 0;
  for (int64_t index = 0; index < last * spacing; ++index)
    worst = std::max(worst, std::abs(double(kernels::interpolate(entries.data(), index)) - wanted[index]));
  return worst;
}

std::vector<int64_t> tare::fitTable(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min,
                                    int64_t max) {
  constexpr int passes = 8;
  double roundedWorst = worstOfFit(rounded, wanted);
  if (roundedWorst <= unavoidable)
    return rounded;
  Fit fit(rounded, wanted, min, max);
  fit.shift();
  for (int i = 0; i < passes && fit.improve(); ++i) {
  }
  return worstOfFit(fit.entries, wanted) < roundedWorst ? fit.entries : rounded;
}
