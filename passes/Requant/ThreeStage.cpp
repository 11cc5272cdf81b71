//===- ThreeStage.cpp - Three shifts, multipliers and biases --------------===//
#include "Requant/ThreeStage.h"

#include "tare/Kernels/Rounding.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

/// Where all of a channel's results are at one end.
struct Saturation {
  double end;
  /// The accumulator whose result is the nearest to leaving it.
  double nearest;
  bool isTop;

  static std::optional<Saturation> of(const StagedChannel &channel, OutputEnds range) {
    auto [low, high] = channel.accumulators;
    if (channel.offset + channel.scale * low >= range.second)
      return Saturation{double(range.second), low, true};
    if (channel.offset + channel.scale * high <= range.first)
      return Saturation{double(range.first), high, false};
    return std::nullopt;
  }

  /// How far a result leaves it.
  double left(double result) const { return std::max(0.0, isTop ? end - result : result - end); }
};

/// Bounds of the accumulators whose results are not at an end anyway, with a step to spare; t must hold them.
struct Window {
  double low, high;

  Window(const StagedChannel &channel, OutputEnds range)
      : low(channel.accumulators.low), high(channel.accumulators.high) {
    if (channel.scale == 0)
      return;
    low = std::max(low, (range.first - 1 - channel.offset) / channel.scale);
    high = std::min(high, (range.second + 1 - channel.offset) / channel.scale);
  }

  double reach() const { return std::max(std::abs(low), std::abs(high)); }
  bool fits16(int shift) const {
    return high <= std::ldexp(double(INT16_MAX), shift) && low >= std::ldexp(double(INT16_MIN), shift);
  }
};

/// Tries all shifts.
class Search {
public:
  Search(const std::vector<StagedChannel> &channels, OutputEnds range, const MultiplierLimits &limits)
      : channels(channels), limits(limits) {
    for (const StagedChannel &channel : channels) {
      saturations.push_back(Saturation::of(channel, range));
      if (saturations.back())
        continue;
      windows.emplace_back(channel, range);
      largestScale = std::max(largestScale, channel.scale);
    }
  }

  std::optional<ThreeStages> run() {
    for (int q0 = limits.shiftMin; q0 <= limits.shiftMax; ++q0)
      if (llvm::all_of(windows, [&](const Window &window) { return window.fits16(q0); }))
        for (int q2 = limits.shiftMin; q2 <= limits.shiftMax; ++q2)
          for (int q1 = limits.shiftMin; q1 <= limits.shiftMax; ++q1)
            tryShifts({q0, q1, q2, {}, {}});
    return best;
  }

private:
  /// (A41) What the three roundings may be off together. Half a step is y's, an integer; where q2 = 0, it is u's.
  static double roundingError(const ThreeStages &stages, double scale) {
    double first = stages.accumulatorShift ? std::ldexp(scale, stages.accumulatorShift - 1) : 0.0;
    double second = stages.productShift && stages.outputShift ? std::ldexp(0.5, -stages.outputShift) : 0.0;
    return first + second + 0.5;
  }

  void tryShifts(ThreeStages stages) {
    int whole = stages.accumulatorShift + stages.productShift + stages.outputShift;
    bool fits = std::nearbyint(std::ldexp(largestScale, whole)) < std::ldexp(1.0, limits.bits);
    if (!fits || (best && roundingError(stages, largestScale) >= best->error))
      return;
    const Window *window = windows.data();
    for (size_t c = 0; c < channels.size(); ++c) {
      bool fitsChannel = saturations[c] ? addSaturated(stages, c, whole) : addChannel(stages, c, *window++, whole);
      if (!fitsChannel || (best && stages.error >= best->error))
        return;
    }
    best = std::move(stages);
  }

  /// False where no bias fits. Multiplier and bias are the nearest that there are.
  bool addSaturated(ThreeStages &stages, size_t c, int whole) {
    const Saturation &saturation = *saturations[c];
    double scaled = std::nearbyint(std::ldexp(channels[c].scale, whole));
    auto multiplier = int64_t(std::min(scaled, std::ldexp(1.0, limits.bits) - 1));
    double limit = double(INT32_MAX - kernels::largestStagedSum(multiplier, stages.productShift, 0));
    if (limit < 0)
      return false;
    double bias = std::clamp(std::nearbyint(std::ldexp(channels[c].offset, stages.outputShift)), -limit, limit);
    double real = std::ldexp(bias, -stages.outputShift) + channels[c].scale * saturation.nearest;
    double found = double(staged(int64_t(saturation.nearest), multiplier, int64_t(bias), stages));
    add(stages, c, std::max(saturation.left(found), saturation.left(real)), multiplier, bias);
    return true;
  }

  /// (A39), but for the ends.
  static int64_t staged(int64_t accumulator, int64_t multiplier, int64_t bias, const ThreeStages &stages) {
    int64_t t = std::clamp<int64_t>(kernels::roundHalfAway(accumulator, stages.accumulatorShift), INT16_MIN, INT16_MAX);
    int64_t u = kernels::roundHalfAway(t * multiplier, stages.productShift);
    return kernels::roundHalfAway(u + bias, stages.outputShift);
  }

  /// False where its bias does not fit.
  bool addChannel(ThreeStages &stages, size_t c, const Window &window, int whole) {
    const StagedChannel &channel = channels[c];
    int64_t multiplier = multiplierAt(channel.scale, whole);
    double bias = std::nearbyint(std::ldexp(channel.offset, stages.outputShift));
    if (std::abs(bias) > INT32_MAX ||
        kernels::largestStagedSum(multiplier, stages.productShift, int64_t(bias)) > INT32_MAX)
      return false;
    double error = roundingError(stages, channel.scale) +
                   std::abs(std::ldexp(double(multiplier), -whole) - channel.scale) * window.reach() +
                   std::abs(std::ldexp(bias, -stages.outputShift) - channel.offset);
    add(stages, c, error, multiplier, bias);
    return true;
  }

  static void add(ThreeStages &stages, size_t c, double error, int64_t multiplier, double bias) {
    if (error > stages.error)
      stages.error = error, stages.worstChannel = int64_t(c);
    stages.multipliers.push_back(int32_t(multiplier));
    stages.bias.push_back(int32_t(bias));
  }

  const std::vector<StagedChannel> &channels;
  const MultiplierLimits &limits;
  /// By channel.
  std::vector<std::optional<Saturation>> saturations;
  /// Of the others, in order.
  std::vector<Window> windows;
  double largestScale = 0;
  std::optional<ThreeStages> best;
};

} // namespace

std::optional<ThreeStages> tare::chooseStages(const std::vector<StagedChannel> &channels, OutputEnds range,
                                              const MultiplierLimits &limits) {
  return Search(channels, range, limits).run();
}

std::optional<std::string> tare::whyNoStages(const StagedChannel &channel, OutputEnds range,
                                             const MultiplierLimits &limits) {
  if (chooseStages({channel}, range, limits))
    return std::nullopt;
  Window window(channel, range);
  if (!window.fits16(limits.shiftMax))
    return llvm::formatv(
               "the accumulator reaches {0:e2} before the result is at its end, which no q0 brings to 16 bits",
               window.reach())
        .str();
  if (std::abs(channel.offset) > INT32_MAX / 2)
    return llvm::formatv("the bias is {0:e2} steps of the output, which 32 bits do not hold", channel.offset).str();
  return llvm::formatv("no three shifts keep its multiplier below 2^{0}", limits.bits).str();
}
