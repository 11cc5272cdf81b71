//===- Steps.h - A requantizer as a staircase -------------------*- C++ -*-===//
//
// y(acc) = requantize(acc) never falls, so it is a staircase of at most 2^16
// steps. Between two breakpoints the real-valued function is a straight line,
// and so what is worst lies at a step's ends: walking the breakpoints looks at
// every accumulator there is.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROOF_STEPS_H
#define TARE_PROOF_STEPS_H

#include "tare/Proof/Requantizer.h"

namespace tare::proof {

/// A step of the staircase: all accumulators from `first` to `last` give `output`.
struct Step {
  int64_t first, last, output;
};

/// Where an integer function is farthest from the real-valued one.
struct Deviation {
  /// |y - real| in output steps (LSB). Rounding to nearest alone has up to 0.5.
  double error = 0;
  /// The integer that is read: the accumulator, or a table's input.
  int64_t accumulator = 0;
  int64_t output = 0;
  double real = 0;
};

/// What was found by walking one entry's staircase.
struct Walk {
  Deviation worst;
  int64_t steps = 0;
};

/// (A32) real(acc) = clamp(Zy + M * acc, clamp_min, clamp_max), which the integers stand for; (A42) with three stages.
double realOutput(const program::RequantT &requant, const Entry &entry, int64_t accumulator);

/// The steps of all accumulators in [entry.low, entry.high], in their order.
std::vector<Step> stepsOf(const program::RequantT &requant, const Entry &entry);

/// (A33) The largest |y(acc) - real(acc)| over all accumulators in [entry.low, entry.high].
Walk walkSteps(const program::RequantT &requant, const Entry &entry);

/// How many of the accumulators in [entry.low, entry.high] two requantizers of the same entry answer differently.
uint64_t countDifferences(const program::RequantT &one, const program::RequantT &other, const Entry &entry);

} // namespace tare::proof

#endif // TARE_PROOF_STEPS_H
