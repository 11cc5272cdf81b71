//===- ThreeStage.h - Three shifts, multipliers and biases ------*- C++ -*-===//
//
// A three-stage requantizer (A39) has one q0, q1 and q2 for a layer, and m[c]
// and b[c] for a channel. What may be off in each stage is known, so all shifts
// are tried, and those with the least worst error taken (A41).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_REQUANT_THREESTAGE_H
#define TARE_PASSES_REQUANT_THREESTAGE_H

#include "Arithmetic/Multiplier.h"
#include "Requant/OutputEnds.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// What a channel's requantizer stands for: result = offset + scale * acc, in steps of the result's grid.
struct StagedChannel {
  /// M, positive.
  double scale = 0;
  /// The result's integer at acc = 0: the bias, the zero point of the result, and the share of the operand's.
  double offset = 0;
  /// Those that can occur.
  AccumulatorInterval accumulators;
};

struct ThreeStages {
  int accumulatorShift = 0, productShift = 0, outputShift = 0;
  /// One for each channel.
  std::vector<int32_t> multipliers, bias;
  /// (A41) How far a result may be from the real number, in LSB, where it is worst.
  double error = 0;
  int64_t worstChannel = 0;
};

/// The three shifts within `limits` (each of them), multipliers and biases of least worst error; nothing where no
/// shifts keep t in 16 bits, multipliers below 2^limits.bits and u + b in 32 bits. A channel whose results are all at
/// one end has no say, as long as they stay there: its multiplier and bias may be smaller than they should.
std::optional<ThreeStages> chooseStages(const std::vector<StagedChannel> &channels, OutputEnds range,
                                        const MultiplierLimits &limits);

/// Why there is nothing for this channel alone; nothing where the others are in its way.
std::optional<std::string> whyNoStages(const StagedChannel &channel, OutputEnds range, const MultiplierLimits &limits);

} // namespace tare

#endif // TARE_PASSES_REQUANT_THREESTAGE_H
