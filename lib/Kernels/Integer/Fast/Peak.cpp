//===- Peak.cpp - The most that this machine could do ---------------------===//
#include "tare/Kernels/Peak.h"

#include "Vector.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace tare::kernels {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The best of many short loops: what is left when the processor has reached its speed and nobody interrupts.
double bestRate(const VectorSet &set) {
  constexpr int64_t steps = 2000;
  constexpr double seconds = 0.02;
  double best = 0;
  for (Clock::time_point start = Clock::now(); secondsSince(start) < seconds;) {
    Clock::time_point begin = Clock::now();
    int64_t macs = set.peak(steps);
    best = std::max(best, double(macs) / secondsSince(begin));
  }
  return best;
}

} // namespace

std::string_view instructionSet() { return vectorSet().name; }

double measurePeak(size_t threads) {
  const VectorSet &set = vectorSet();
  std::vector<double> rates(threads);
  parallelFor(threads, threads, [&](size_t index, size_t) { rates[index] = bestRate(set); });
  double sum = 0;
  for (double rate : rates)
    sum += rate;
  return sum;
}

} // namespace tare::kernels
