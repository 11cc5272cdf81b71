//===- RequantCheck.h - Whether the hardware holds a layer's M --*- C++ -*-===//
//
// Per channel: q within the target's shifts, m not 0, no bits lost without a
// word, and a product that fits. What a layer lacks is reported all at once, by
// the user's name, with the scales, the cause and the remedy.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_REQUANT_REQUANTCHECK_H
#define TARE_PASSES_REQUANT_REQUANTCHECK_H

#include "Arithmetic/Multiplier.h"
#include "Requant/Cause.h"
#include "Requant/OutputEnds.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <string>
#include <vector>

namespace tare {

class RequantCheck {
public:
  /// With `repair` an M that is too large is clamped where that hardly changes an output, and one that is too small
  /// gives up bits of its multiplier.
  RequantCheck(qnn::RequantOpInterface op, const MultiplierLimits &limits, bool repair);

  /// Checks the multipliers of all effective scales and repairs them in place, with a warning of the cost; failure
  /// where the hardware cannot do what the layer asks for.
  mlir::LogicalResult run(llvm::MutableArrayRef<Multiplier> multipliers);

  /// What multipliers that are no cause for a warning of their own cost a result of 8 bits at most, in LSB.
  double harmless() const { return untold; }

private:
  /// Channels with one and the same complaint: the one that costs most, and the one that gives up most bits.
  struct Complaint {
    int64_t count = 0, channel = 0, narrowest = 0;
    double cost = 0;
    /// Of `channel`.
    Multiplier multiplier;
    /// Of `narrowest`.
    int bitsLost = 0;

    void add(int64_t channel, double cost, const Multiplier &multiplier);
  };

  void checkProducts(llvm::MutableArrayRef<Multiplier> multipliers);
  void checkSum(llvm::MutableArrayRef<Multiplier> multipliers);
  void checkProduct(int64_t channel, Multiplier &multiplier);
  /// Bits of the multiplier that the product's width takes; 0 where it fits.
  int excessBits(llvm::ArrayRef<Multiplier> multipliers, llvm::ArrayRef<int64_t> reaches) const;
  /// Whether a multiplier may give up so many bits; an error where not, or where it has no more.
  bool mayNarrow(int64_t channel, int bits);
  void refuseProduct(int64_t channel, int bits);
  /// The multiplier at the smallest shift, or the largest that there is.
  Multiplier nearestAtSmallestShift(double scale) const;
  /// Bits that the product takes too many, with the multipliers at the smallest shift.
  int excessAtSmallestShift(int64_t channel) const;
  MultiplierLimits narrowerBy(int bits) const;
  /// As costOfAll(), at the smallest shift.
  double costAtSmallestShift(int64_t channel) const;
  void checkLarge(int64_t channel, Multiplier &multiplier);
  void checkSmall(int64_t channel, llvm::ArrayRef<Multiplier> multipliers);
  /// A multiplier with all of its bits may still be coarse beside the steps of the result.
  void checkCoarse(int64_t channel, llvm::ArrayRef<Multiplier> multipliers);
  /// What all operands of a sum cost together, whichever is off; of a channel its own.
  double costOfAll(int64_t channel, llvm::ArrayRef<Multiplier> multipliers) const;
  /// Where there are no multipliers.
  void checkShift(int64_t channel, const Multiplier &multiplier);
  void refuse(int64_t channel, int shift, const std::string &cause);
  mlir::LogicalResult report() const;
  void reportNarrowed() const;
  void reportClamped() const;
  void reportVanishing() const;
  void reportLosses() const;
  void reportCoarse() const;
  /// The worst cost is said to be another channel's where `what` tells of channel `told`.
  void repaired(llvm::StringRef kind, const Complaint &complaint, llvm::StringRef what, const Cause &cause,
                std::optional<int64_t> told = std::nullopt) const;
  void vanishes(llvm::StringRef what, const Cause &cause) const;
  /// What a channel's outputs can be off because of (m, q), in LSB.
  double costOf(int64_t channel, const Multiplier &multiplier) const;
  std::string scalesAt(int64_t channel) const;
  /// What the effective scales belong to: a sum has one for each operand.
  llvm::StringRef noun() const;
  std::string describe(const Complaint &complaint) const;

  qnn::RequantOpInterface op;
  MultiplierLimits limits;
  bool repair;
  /// The scales are two operands' with one shift between them.
  bool isSum;
  /// The result has more than 8 bits.
  bool isWide;
  llvm::SmallVector<double> scales;
  std::vector<int64_t> reaches;
  std::vector<AccumulatorInterval> accumulators;
  double zero;
  std::pair<double, double> ends;
  Complaint narrowed, clamped, vanishing, losses, coarse;
  int64_t refused = 0;
  double untold = 0;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_REQUANTCHECK_H
