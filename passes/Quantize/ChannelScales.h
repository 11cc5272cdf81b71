//===- ChannelScales.h - Weight scales that a multiplier hits ---*- C++ -*-===//
//
// With M = Sx * Sw[c] / Sy ~ m * 2^-q, a multiplier of few bits changes the
// gain of its channel. The weights may as well have the scale that the
// multiplier means exactly: then only they are rounded, anew.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_CHANNELSCALES_H
#define TARE_PASSES_QUANTIZE_CHANNELSCALES_H

#include "Arithmetic/Multiplier.h"

#include "llvm/ADT/ArrayRef.h"

namespace tare {

/// The scale of a channel's weights, and what it costs.
struct ChosenScale {
  double scale = 0;
  /// The squared error of all weights, the multiplier's error included.
  double error = 0;
};

/// The weights of one channel, i8, symmetric.
class ChannelWeights {
public:
  /// `own`: the scale that suits the weights themselves; what is chosen is no finer than `finest`. `offset`: what the
  /// multiplier scales beside the weights' products with real numbers, in units of a usual activation: the bias, or
  /// what stored integers have of their zero point.
  ChannelWeights(llvm::ArrayRef<float> weights, double own, double finest, double offset = 0);

  double own() const { return ownScale; }
  /// The squared sum.
  double power() const;
  /// What an error of the multiplier's takes a share of: power(), and the offset's.
  double scaledPower() const { return power() + offset * offset; }
  /// The error of `own`, if its multiplier were exact.
  double ownError() const { return errorAt(ownScale, ownScale); }

  /// How far the multiplier of the own scale is from it, relatively. `step`: Sy / Sx, the weights' scale for which M
  /// = 1.
  double gainError(double step, const MultiplierLimits &limits) const;
  /// (A51) The own scale, or a neighbour that some m * 2^-q is exactly, whichever has the least error.
  ChosenScale choose(double step, const MultiplierLimits &limits) const;
  /// The same for one q, which several channels share.
  ChosenScale chooseAt(double step, int q, const MultiplierLimits &limits) const;

private:
  /// sum (w - meant * q)^2, q the integers at `scale`, and what the offset is off.
  double errorAt(double scale, double meant) const;
  ChosenScale least(llvm::ArrayRef<double> exact, double meantByOwn) const;

  llvm::ArrayRef<float> weights;
  double ownScale, finest, offset;
};

/// Whether some multiplier of these scales, one per channel, is farther off than 8 bits of weights would notice.
bool mayLose(llvm::ArrayRef<double> scales, double step, const MultiplierLimits &limits, bool isShared);

/// Whether multipliers lose enough to look for other scales: mayLose, and with one q for all channels (A41) more than a
/// little of the layer's power.
bool gainsMatter(llvm::ArrayRef<ChannelWeights> channels, double step, const MultiplierLimits &limits, bool isShared);

/// Of all channels of a layer: each for itself, but those whose multipliers lose nothing to speak of, which keep their
/// own; or, where `isShared`, with one q for all.
llvm::SmallVector<ChosenScale> chooseScales(llvm::ArrayRef<ChannelWeights> channels, double step,
                                            const MultiplierLimits &limits, bool isShared);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_CHANNELSCALES_H
