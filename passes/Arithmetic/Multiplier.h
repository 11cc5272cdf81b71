//===- Multiplier.h - A real factor as m * 2^-q -----------------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_MULTIPLIER_H
#define TARE_PASSES_ARITHMETIC_MULTIPLIER_H

#include "tare/Target/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>

namespace tare {

/// What a target's requantizer can hold.
struct MultiplierLimits {
  /// Bits of magnitude: |m| < 2^bits.
  int bits = 15;
  int shiftMin = 0, shiftMax = 31;
  /// The product of accumulator and multiplier, with its sign, fits in these.
  int productBits = 64;
  /// There are no multipliers: m = 1, but in sums 2^k with k <= alignment, by which operands are shifted to the left.
  bool onlyShifts = false;
  int alignment = 30;
  /// How messages call the shift.
  const char *shift = "q";
};

/// What each of the target's shifts can be; most requantizers have one.
MultiplierLimits eachLimits(const Target &target);
/// What the target has between an accumulator and its result; the shifts of three stages are their sum.
MultiplierLimits wholeLimits(const Target &target);

/// An effective scale as the hardware multiplies by it: M ~ m * 2^-q.
struct Multiplier {
  int32_t m = 0;
  /// Below the limits' shiftMin where M is too large for the hardware: then m is what that q would need.
  int q = 0;
  /// Bits of m's precision that the limit on q took; `bits` where m vanished.
  int bitsLost = 0;
};

/// The most precise (m, q): q as large as |m| < 2^bits and q <= shiftMax allow, m rounded half to even.
/// The fields of gemmlowp's QuantizeMultiplier (Jacob et al. 2018, section 2.2), for any number of bits.
Multiplier decompose(double scale, const MultiplierLimits &limits);

/// The multipliers of operands that are summed before the one shift: all at the shift that the largest of them needs.
llvm::SmallVector<Multiplier> decomposeShared(llvm::ArrayRef<double> scales, const MultiplierLimits &limits);

/// Without multipliers: the coarser operand of a sum is shifted left to the finer one's grid, or to the result's, so
/// that one shift brings both to the result's. (A35)
llvm::SmallVector<Multiplier> decomposeAligned(llvm::ArrayRef<double> scales, const MultiplierLimits &limits);

/// The shift that keeps all bits of the multiplier, however large it is.
int wantedShift(double scale, MultiplierLimits limits);

/// The multiplier of `scale` for a given shift; |m| may reach 2^bits where q is too large.
int64_t multiplierAt(double scale, int q);

/// The largest k by which a sum without multipliers may shift an operand left: then two of them fit the accumulator.
int largestAlignment(const ActivationFormat &format);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_MULTIPLIER_H
