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
#include "Requant/RequantComplaints.h"
#include "Requant/RequantCosts.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

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
  void checkProducts(llvm::MutableArrayRef<Multiplier> multipliers);
  void checkSum(llvm::MutableArrayRef<Multiplier> multipliers);
  void checkProduct(int64_t channel, Multiplier &multiplier);
  /// Whether a multiplier may give up so many bits; an error where not, or where it has no more.
  bool mayNarrow(int64_t channel, int bits);
  void checkLarge(int64_t channel, Multiplier &multiplier);
  void checkSmall(int64_t channel, llvm::ArrayRef<Multiplier> multipliers);
  /// A multiplier with all of its bits may still be coarse beside the steps of the result.
  void checkCoarse(int64_t channel, llvm::ArrayRef<Multiplier> multipliers);
  /// Where there are no multipliers.
  void checkShift(int64_t channel, const Multiplier &multiplier);

  qnn::RequantOpInterface op;
  MultiplierLimits limits;
  bool repair;
  /// The scales are two operands' with one shift between them.
  bool isSum;
  /// The result has more than 8 bits.
  bool isWide;
  RequantCosts costs;
  llvm::ArrayRef<double> scales;
  RequantComplaints complaints;
  double untold = 0;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_REQUANTCHECK_H
