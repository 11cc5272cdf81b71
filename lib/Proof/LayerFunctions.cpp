//===- LayerFunctions.cpp - How far a function in a layer is off ----------===//
//
// Channels differ in what their multipliers are off; the table is one. So the
// table is tried with the 16-bit integers as far off as those of any channel.
//
//===----------------------------------------------------------------------===//
#include "tare/Proof/LayerFunctions.h"

#include "Grids.h"
#include "Provers.h"
#include "tare/Kernels/Functions.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Kernels/Tables.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::proof;

namespace {

constexpr double least = INT16_MIN, greatest = INT16_MAX;

/// What y would be for a real number of steps of t.
double realAt(const TableFunction &function, double t) {
  double x = function.inputScale * (std::clamp(t, least, greatest) - double(function.inputZeroPoint));
  double y = kernels::evaluateWithin(function.kind, function.parameters, x, function.channel);
  if (std::isnan(y))
    return double(function.outputZeroPoint);
  return std::clamp(double(function.outputZeroPoint) + y / function.outputScale, double(function.clampMin),
                    double(function.clampMax));
}

/// What a shift rounds off at most, in steps: see (A7) to (A11).
double roundingOf(program::Rounding rounding, const std::vector<uint8_t> &shifts) {
  constexpr int firstShift = 31;
  int most = *std::max_element(shifts.begin(), shifts.end());
  if (most == 0)
    return 0;
  if (rounding == program::Rounding::gemmlowp_double && most > firstShift)
    return 0.75;
  return rounding == program::Rounding::floor ? 1.0 : 0.5;
}

/// By how much of a step the multipliers miss M * a, of accumulators whose t is not at an end anyway (a step more).
double multipliersMiss(const program::RequantT &requant, const Requantizer &requantizer, double toSteps) {
  const program::LayerFunctionT &function = *requant.function;
  double worst = 0;
  for (const Entry &entry : requantizer.entries) {
    double wanted = entry.scale * toSteps;
    double have = std::ldexp(double(kernels::perChannel(requant.multipliers, entry.index)),
                             -int(kernels::perChannel(function.shifts, entry.index)));
    double most =
        std::max(have, wanted) > 0
            ? (std::max(greatest - function.zero_point, function.zero_point - least) + 1) / std::max(have, wanted)
            : 0;
    double reach = std::max(std::abs(double(entry.low)), std::abs(double(entry.high)));
    worst = std::max(worst, std::abs(have - wanted) * std::min(reach, most));
  }
  return worst;
}

} // namespace

Deviation proof::worstOfLayerTable(const TableFunction &function, const LayerTable &table, double apart) {
  Deviation worst;
  constexpr double halfStep = 0.5;
  double above = realAt(function, least - apart);
  for (int64_t t = INT16_MIN; t <= INT16_MAX; ++t) {
    int64_t y = std::clamp(kernels::interpolateFraction(table.entries, table.fractionBits, t - INT16_MIN),
                           function.clampMin, function.clampMax);
    // Half a step above an integer is half a step below the next one.
    double below = apart == halfStep ? above : realAt(function, double(t) - apart);
    above = realAt(function, double(t) + apart);
    for (double real : {below, above})
      if (double error = std::abs(double(y) - real); error > worst.error)
        worst = {error, t, y, real};
  }
  return worst;
}

void proof::proveLayerFunction(LayerProof &proof, const program::Model &model, const program::LayerT &layer,
                               const Requantizer &requantizer) {
  const program::RequantT &requant = *requantizer.parameters;
  const program::LayerFunctionT &function = *requant.function;
  auto y = gridOf(model, layer.result);
  if (!y)
    return setUnknown(proof, unknownGrids);
  const program::FunctionT &meant = *function.function;
  TableFunction table{meant.kind,     meant.parameters,    0,
                      function.scale, function.zero_point, y->scale,
                      y->zeroPoint,   requant.clamp_min,   requant.clamp_max};
  // The requantizer's scales lead to y's steps.
  double toSteps = y->scale / function.scale;
  double apart = roundingOf(requant.rounding, function.shifts) + multipliersMiss(requant, requantizer, toSteps);
  proof.method = Method::bound;
  proof.channels = int64_t(requantizer.entries.size());
  proof.steps = int64_t(1) << 16;
  proof.worst = worstOfLayerTable(table, {function.table.data(), function.fraction_bits}, apart);
}
