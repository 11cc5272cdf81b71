//===- ThreeStage.cpp - Three shifts, multipliers and biases --------------===//
#include "Requant/ThreeStage.h"

#include "tare/Kernels/Rounding.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

/// Bounds of the accumulators whose results are not at an end anyway, with a step to spare; t must hold them.
struct Window {
  double low, high;

  Window(const StagedChannel &channel, OutputEnds range) : low(channel.low), high(channel.high) {
    if (channel.scale == 0)
      return;
    double bottom = (range.first - 1 - channel.offset) / channel.scale;
    double top = (range.second + 1 - channel.offset) / channel.scale;
    // Where all results are at one end, only the way to it counts.
    low = channel.low > top ? std::min(top, 0.0) : std::max(channel.low, bottom);
    high = channel.high < bottom ? std::max(bottom, 0.0) : std::min(channel.high, top);
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
    for (size_t c = 0; c < channels.size(); ++c)
      if (!addChannel(stages, c, whole) || (best && stages.error >= best->error))
        return;
    best = std::move(stages);
  }

  /// False where its bias does not fit.
  bool addChannel(ThreeStages &stages, size_t c, int whole) {
    const StagedChannel &channel = channels[c];
    int64_t multiplier = multiplierAt(channel.scale, whole);
    double bias = std::nearbyint(std::ldexp(channel.offset, stages.outputShift));
    if (std::abs(bias) > INT32_MAX ||
        kernels::largestStagedSum(multiplier, stages.productShift, int64_t(bias)) > INT32_MAX)
      return false;
    double error = roundingError(stages, channel.scale) +
                   std::abs(std::ldexp(double(multiplier), -whole) - channel.scale) * windows[c].reach() +
                   std::abs(std::ldexp(bias, -stages.outputShift) - channel.offset);
    if (error > stages.error)
      stages.error = error, stages.worstChannel = c;
    stages.multipliers.push_back(multiplier);
    stages.bias.push_back(bias);
    return true;
  }

  const std::vector<StagedChannel> &channels;
  const MultiplierLimits &limits;
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
