//===- LayerTable.cpp - The table of a function within a layer ------------===//
//
// Entries are 128 steps of the 16-bit integer apart, and finer than the result:
// only what comes out of the interpolation is rounded to its grid.
//
//===----------------------------------------------------------------------===//
#include "Lowering/LayerTable.h"
#include "Arithmetic/TableFit.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Tables.h"
#include "tare/Proof/LayerFunctions.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace tare;
using qnn::Grid;

namespace {

/// One bit less than there could be: so lines may go on beyond the ends of an 8-bit grid, as far as it is wide.
constexpr int fractionBits = kernels::mostFractionBits - 1;
constexpr int64_t inputs = int64_t(1) << 16, spacing = int64_t(1) << kernels::interpolationBits;
using Entries = std::numeric_limits<int16_t>;
/// Beside the half step that y is rounded by, entries that are integers of the curve may be off by this before they are
/// moved: only corners are.
constexpr double bearable = 1.0 / 16;

/// What the table is to give for each index, in its own steps; what 16 bits do not hold is their end, and the zero
/// point stands where the function has no number.
std::vector<double> wantedOf(const qnn::Function &function, const Grid &t, const Grid &y) {
  std::vector<double> wanted;
  wanted.reserve(inputs + 1);
  for (int64_t index = 0; index <= inputs; ++index) {
    double x = kernels::readAt(t.scale(), index - inputs / 2 - t.zeroPoint());
    double real = kernels::evaluateWithin(function.kind, function.parameters, x, 0);
    double steps = std::ldexp(double(y.zeroPoint()) + (std::isnan(real) ? 0.0 : real / y.scale()), fractionBits);
    wanted.push_back(std::clamp<double>(steps, Entries::min(), Entries::max()));
  }
  return wanted;
}

} // namespace

LayerTable tare::makeLayerTable(const qnn::Function &function, const Grid &t, const Grid &y) {
  constexpr double halfStep = 0.5;
  const proof::TableFunction meaning{function.kind, function.parameters, 0,     t.scale(), t.zeroPoint(),
                                     y.scale(),     y.zeroPoint(),       y.min, y.max};
  auto worstOf = [&](const std::vector<int64_t> &entries) {
    std::vector<int16_t> stored(entries.begin(), entries.end());
    return proof::worstOfLayerTable(meaning, {stored.data(), fractionBits}, halfStep).error;
  };
  std::vector<double> wanted = wantedOf(function, t, y);
  LayerTable table{{}, fractionBits, 0};
  for (int64_t index = 0; index <= inputs; index += spacing)
    table.entries.push_back(int64_t(std::nearbyint(wanted[index])));
  table.worst = worstOf(table.entries);
  if (table.worst <= halfStep + bearable)
    return table;
  std::vector<int64_t> fitted = fitTable(table.entries, wanted, Entries::min(), Entries::max());
  if (double worst = worstOf(fitted); worst < table.worst)
    table.entries = std::move(fitted), table.worst = worst;
  return table;
}
