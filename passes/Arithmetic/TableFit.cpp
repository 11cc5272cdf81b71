//===- TableFit.cpp - The entries of interpolated tables ------------------===//
//
// Between two entries that lie on a curve, the straight line is on one side of
// it. Entries that are off by half of that, to the other side, halve the error.
//
// What no data reach must not cost what they do: the line beside the last one in
// reach may be bent by any amount, as where the result's grid ends.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/TableFit.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

constexpr int64_t spacing = int64_t(1) << kernels::interpolationBits;
constexpr int64_t last = kernels::interpolatedTableSize - 1;
/// Entries and lines are rounded: less is not worth a search.
constexpr double unavoidable = 1.0;

/// What the error at an index counts.
double errorAt(llvm::ArrayRef<int64_t> entries, llvm::ArrayRef<double> wanted, const Reach &reach, int64_t index) {
  constexpr double piled = 16;
  double error = std::abs(double(kernels::interpolate(entries.data(), index)) - wanted[index]);
  bool isPiled = (reach.isFlatBefore && index == reach.first) || (reach.isFlatBehind && index == reach.last);
  return isPiled ? piled * error : error;
}

class Fit {
public:
  Fit(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min, int64_t max, const Reach &reach)
      : entries(std::move(rounded)), wanted(wanted), min(min), max(max), reach(reach) {}

  /// Moves each entry by half of what the lines beside it are off in their middles.
  void shift() {
    std::vector<int64_t> shifted = entries;
    for (int64_t i = 0; i <= last; ++i)
      shifted[i] = onGrid(wanted[i * spacing] - (offBeside(i, i - 1) + offBeside(i, i)) / 4);
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
  int64_t onGrid(double y) const { return int64_t(qnn::nearestWithin(y, double(min), double(max))); }

  static int64_t middleOf(int64_t line) { return line * spacing + spacing / 2; }
  bool isMiddleInReach(int64_t line) const { return reach.first <= middleOf(line) && middleOf(line) <= reach.last; }

  /// Of a line at entry i, from it or to it; where there is none, or it alone is out of reach, of the other one.
  double offBeside(int64_t i, int64_t line) const {
    int64_t other = 2 * i - 1 - line;
    bool isOnlyOther = line < 0 || line == last || (!isMiddleInReach(line) && isMiddleInReach(other));
    return offInMiddle(isOnlyOther && other >= 0 && other < last ? other : line);
  }

  double offInMiddle(int64_t line) const {
    return (wanted[line * spacing] + wanted[(line + 1) * spacing]) / 2 - wanted[middleOf(line)];
  }

  /// The worst of the two lines at entry i, in reach; where nothing of them is, of all.
  double worstBeside(int64_t i) const {
    double worst = 0;
    int64_t from = std::max<int64_t>((i - 1) * spacing + 1, 0), to = std::min((i + 1) * spacing, last * spacing);
    if (from <= reach.last && reach.first < to)
      from = std::max(from, reach.first), to = std::min(to, reach.last + 1);
    for (int64_t index = from; index < to; ++index)
      worst = std::max(worst, errorAt(entries, wanted, reach, index));
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
  Reach reach;
};

} // namespace

double tare::worstOfFit(llvm::ArrayRef<int64_t> entries, llvm::ArrayRef<double> wanted, const Reach &reach) {
  double worst = 0;
  for (int64_t index = reach.first; index <= reach.last; ++index)
    worst = std::max(worst, errorAt(entries, wanted, reach, index));
  return worst;
}

std::vector<int64_t> tare::fitTable(std::vector<int64_t> rounded, llvm::ArrayRef<double> wanted, int64_t min,
                                    int64_t max, const Reach &reach) {
  constexpr int passes = 8;
  double roundedWorst = worstOfFit(rounded, wanted, reach);
  if (roundedWorst <= unavoidable)
    return rounded;
  Fit fit(rounded, wanted, min, max, reach);
  fit.shift();
  for (int i = 0; i < passes && fit.improve(); ++i) {
  }
  return worstOfFit(fit.entries, wanted, reach) < roundedWorst ? fit.entries : rounded;
}
