//===- ChannelScales.cpp - Weight scales that a multiplier hits -----------===//
#include "Quantize/ChannelScales.h"
#include "tare/Dialect/Qnn/Steps.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>

using namespace tare;

namespace {

constexpr float weightLimit = 127;

/// A gain that is off by no more than this moves no weight by more than half of its step.
constexpr double harmlessGain = 1.0 / 256;

double largestMultiplier(const MultiplierLimits &limits) { return std::ldexp(1.0, limits.bits) - 1; }

/// Weights have float32 scales.
double asFloat(double scale) { return double(float(scale)); }

double gainErrorOf(double scale, double step, const MultiplierLimits &limits) {
  Multiplier multiplier = decompose(scale / step, limits);
  return std::abs(std::ldexp(double(multiplier.m), -multiplier.q) * step / scale - 1.0);
}

/// With the largest shift that the largest scale fits, if all have the same.
MultiplierLimits sharedLimits(double largest, double step, const MultiplierLimits &limits) {
  MultiplierLimits shared = limits;
  shared.shiftMax = std::max(limits.shiftMin, decompose(largest / step, limits).q);
  return shared;
}

} // namespace

ChannelWeights::ChannelWeights(llvm::ArrayRef<float> weights, double own, double finest, double offset)
    : weights(weights), ownScale(own), finest(finest), offset(offset) {
  if (own < finest) {
    float raised = float(finest);
    ownScale = double(raised) < finest ? std::nextafter(raised, HUGE_VALF) : raised;
  }
}

double ChannelWeights::power() const {
  double sum = 0;
  for (float weight : weights)
    sum += double(weight) * weight;
  return sum;
}

double ChannelWeights::errorAt(double scale, double meant) const {
  // In float32, for vectors: an estimate.
  const float inverse = float(1.0 / scale), gain = float(meant / scale);
  double error = 0;
  constexpr size_t block = 4096;
  for (size_t first = 0; first < weights.size(); first += block) {
    float sum = 0;
    for (size_t i = first, end = std::min(weights.size(), first + block); i < end; ++i) {
      float steps = weights[i] * inverse;
      float rest = steps - gain * qnn::nearestWithin(steps, -weightLimit, weightLimit);
      sum += rest * rest;
    }
    error += sum;
  }
  double lost = (1.0 - meant / scale) * offset;
  return error * scale * scale + lost * lost;
}

double ChannelWeights::gainError(double step, const MultiplierLimits &limits) const {
  return gainErrorOf(ownScale, step, limits);
}

ChosenScale ChannelWeights::least(llvm::ArrayRef<double> exact, double meantByOwn) const {
  // Not for the noise of an estimate.
  constexpr double less = 0.999;
  ChosenScale best{ownScale, errorAt(ownScale, meantByOwn)};
  for (double scale : exact)
    if (scale >= finest && scale > 0)
      if (double error = errorAt(asFloat(scale), asFloat(scale)); error < less * best.error)
        best = {asFloat(scale), error};
  return best;
}

ChosenScale ChannelWeights::choose(double step, const MultiplierLimits &limits) const {
  Multiplier own = decompose(ownScale / step, limits);
  if (own.q < limits.shiftMin)
    return {ownScale, ownError()}; // Too large an M is the result's matter.
  const double unit = std::ldexp(step, -limits.shiftMax), ratio = ownScale / unit;
  int octaves = std::clamp(std::ilogb(ratio) + 1 - limits.bits, 0, limits.shiftMax - limits.shiftMin);
  double wide = std::ldexp(unit, octaves), below = std::floor(ratio * unit / wide);
  return least({below * wide, (below + 1) * wide}, std::ldexp(double(own.m), -own.q) * step);
}

ChosenScale ChannelWeights::chooseAt(double step, int q, const MultiplierLimits &limits) const {
  const double unit = std::ldexp(step, -q), largest = largestMultiplier(limits);
  double below = std::floor(ownScale / unit), nearest = std::nearbyint(ownScale / unit);
  return least({std::min(below, largest) * unit, std::min(below + 1, largest) * unit},
               std::min(nearest, largest) * unit);
}

static double largestOf(llvm::ArrayRef<ChannelWeights> channels) {
  double largest = 0;
  for (const ChannelWeights &channel : channels)
    largest = std::max(largest, channel.own());
  return largest;
}

bool tare::mayLose(llvm::ArrayRef<double> scales, double step, const MultiplierLimits &limits, bool isShared) {
  // Stored integers are that much larger than the real numbers that they stand for, at most.
  constexpr double mostOffset = 64;
  MultiplierLimits used = isShared ? sharedLimits(*llvm::max_element(scales), step, limits) : limits;
  double lost = 0, power = 0;
  for (double scale : scales) {
    double gain = gainErrorOf(scale, step, used);
    if (gain > harmlessGain)
      return true;
    lost += gain * gain * scale * scale, power += scale * scale;
  }
  return isShared && mostOffset * mostOffset * lost > harmlessGain * harmlessGain * power;
}

bool tare::gainsMatter(llvm::ArrayRef<ChannelWeights> channels, double step, const MultiplierLimits &limits,
                       bool isShared) {
  if (!mayLose(llvm::map_to_vector(channels, [](const ChannelWeights &channel) { return channel.own(); }), step, limits,
               isShared))
    return false;
  if (!isShared)
    return true;
  const MultiplierLimits shared = sharedLimits(largestOf(channels), step, limits);
  double lost = 0, power = 0;
  for (const ChannelWeights &channel : channels) {
    double gain = channel.gainError(step, shared);
    lost += gain * gain * channel.scaledPower(), power += channel.power();
  }
  return lost > harmlessGain * harmlessGain * power;
}

static llvm::SmallVector<ChosenScale> chooseShared(llvm::ArrayRef<ChannelWeights> channels, double step,
                                                   const MultiplierLimits &limits) {
  // From a q too large for the largest scale, which is clipped then, to one with few bits for it.
  constexpr int around = 2;
  int fitting = decompose(largestOf(channels) / step, limits).q;
  llvm::SmallVector<ChosenScale> best;
  double least = HUGE_VAL;
  for (int q = fitting + around; q >= fitting - around; --q) {
    if (q < limits.shiftMin || q > limits.shiftMax)
      continue;
    llvm::SmallVector<ChosenScale> found;
    double sum = 0;
    for (const ChannelWeights &channel : channels) {
      found.push_back(channel.chooseAt(step, q, limits));
      sum += found.back().error;
    }
    if (sum < least)
      best = std::move(found), least = sum;
  }
  if (best.empty())
    for (const ChannelWeights &channel : channels)
      best.push_back({channel.own(), channel.ownError()});
  return best;
}

llvm::SmallVector<ChosenScale> tare::chooseScales(llvm::ArrayRef<ChannelWeights> channels, double step,
                                                  const MultiplierLimits &limits, bool isShared) {
  if (isShared)
    return chooseShared(channels, step, limits);
  llvm::SmallVector<ChosenScale> chosen;
  for (const ChannelWeights &channel : channels)
    chosen.push_back(channel.gainError(step, limits) > harmlessGain ? channel.choose(step, limits)
                                                                    : ChosenScale{channel.own(), channel.ownError()});
  return chosen;
}
