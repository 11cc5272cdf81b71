//===- Steps.cpp - A requantizer as a staircase ---------------------------===//
#include "tare/Proof/Steps.h"

#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::proof;
using program::RequantT;

namespace {

/// Bits of the mantissa beyond double's: M * acc is exact to far below an output step.
using Real = long double;

/// What is added to M * acc: the zero point, or (A42) with stages the bias, which contains it.
Real offsetOf(const RequantT &requant, const Entry &entry) {
  if (!requant.stages)
    return requant.zero_point;
  return std::ldexp(Real(kernels::perChannel(requant.stages->bias, entry.index)), -requant.stages->output_shift);
}

Real realOf(const RequantT &requant, const Entry &entry, int64_t accumulator) {
  Real real = offsetOf(requant, entry) + Real(entry.scale) * Real(accumulator);
  return std::clamp<Real>(real, requant.clamp_min, requant.clamp_max);
}

/// One entry's integer function, and how far it stays the same.
class Staircase {
public:
  Staircase(const RequantT &requant, const Entry &entry)
      : requant(requant), entry(entry), stride(std::clamp(1 / entry.scale, 1.0, 0x1p40)) {}

  int64_t at(int64_t accumulator) const { return kernels::requantize(accumulator, requant, entry.index); }

  /// The last accumulator up to entry.high with the output of `first`: strides of the expected length that double, and
  /// then bisection.
  int64_t endOfStep(int64_t first) const {
    if (requant.function)
      return endOfFunctionStep(first);
    int64_t output = at(first), same = first, length = stride;
    while (same != entry.high) {
      int64_t next = entry.high - same > length ? same + length : entry.high;
      if (at(next) != output)
        return lastWhere(same, next, [&](int64_t accumulator) { return at(accumulator) == output; });
      same = next;
      length *= 2;
    }
    return same;
  }

private:
  /// (A64) A function may turn and come back, but not on one line of its table: so lines are gone through one by one.
  int64_t endOfFunctionStep(int64_t first) const {
    const int64_t output = at(first);
    for (int64_t same = first;; ++same) {
      int64_t end = endOfLine(same);
      if (at(end) != output)
        return lastWhere(same, end, [&](int64_t accumulator) { return at(accumulator) == output; });
      if (end == entry.high || at(end + 1) != output)
        return end;
      same = end;
    }
  }

  /// The last accumulator that is read from the same line of the table as `first`.
  int64_t endOfLine(int64_t first) const {
    auto line = [&](int64_t accumulator) {
      return (kernels::scaleToFunction(accumulator, requant, entry.index) - INT16_MIN) >> kernels::interpolationBits;
    };
    for (int64_t same = first, length = stride; same != entry.high; length *= 2) {
      int64_t next = entry.high - same > length ? same + length : entry.high;
      if (line(next) != line(first))
        return lastWhere(same, next, [&](int64_t accumulator) { return line(accumulator) == line(first); });
      same = next;
    }
    return entry.high;
  }

  /// Between one accumulator of which something holds and a later one of which it does not.
  template <typename Holds> static int64_t lastWhere(int64_t same, int64_t other, Holds holds) {
    while (other - same > 1) {
      int64_t middle = same + (other - same) / 2;
      (holds(middle) ? same : other) = middle;
    }
    return same;
  }

  const RequantT &requant;
  const Entry &entry;
  int64_t stride;
};

} // namespace

double proof::realOutput(const RequantT &requant, const Entry &entry, int64_t accumulator) {
  return double(realOf(requant, entry, accumulator));
}

std::vector<Step> proof::stepsOf(const RequantT &requant, const Entry &entry) {
  Staircase staircase(requant, entry);
  std::vector<Step> steps;
  for (int64_t first = entry.low;; first = steps.back().last + 1) {
    steps.push_back({first, staircase.endOfStep(first), staircase.at(first)});
    if (steps.back().last == entry.high)
      return steps;
  }
}

Walk proof::walkSteps(const RequantT &requant, const Entry &entry) {
  Walk walk;
  walk.worst.accumulator = entry.low;
  auto look = [&](int64_t accumulator, int64_t output) {
    Real real = realOf(requant, entry, accumulator);
    double error = double(std::abs(Real(output) - real));
    if (error > walk.worst.error)
      walk.worst = {error, accumulator, output, double(real)};
  };
  for (const Step &step : stepsOf(requant, entry)) {
    look(step.first, step.output);
    look(step.last, step.output);
    ++walk.steps;
  }
  return walk;
}

uint64_t proof::countDifferences(const RequantT &one, const RequantT &other, const Entry &entry) {
  Staircase a(one, entry), b(other, entry);
  uint64_t differing = 0;
  int64_t endA = a.endOfStep(entry.low), endB = b.endOfStep(entry.low);
  for (int64_t first = entry.low;;) {
    int64_t last = std::min(endA, endB);
    if (a.at(first) != b.at(first))
      differing += last - first + 1;
    if (last == entry.high)
      return differing;
    first = last + 1;
    if (endA == last)
      endA = a.endOfStep(first);
    if (endB == last)
      endB = b.endOfStep(first);
  }
}
