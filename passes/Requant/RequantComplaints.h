//===- RequantComplaints.h - What multipliers lack --------------*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_REQUANTCOMPLAINTS_H
#define TARE_PASSES_REQUANT_REQUANTCOMPLAINTS_H

#include "Arithmetic/Multiplier.h"
#include "Requant/Cause.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <string>

namespace tare {

/// Collects what the multipliers of a layer lack, to tell it all at once.
class RequantComplaints {
public:
  RequantComplaints(qnn::RequantOpInterface op, const MultiplierLimits &limits, llvm::ArrayRef<double> scales,
                    bool isWide)
      : op(op), limits(limits), isSum(op.sharesShift()), isWide(isWide), scales(scales) {}

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

  /// An error: the channel needs a shift that the target has not.
  void refuse(int64_t channel, int shift, const std::string &cause);
  /// An error: the product of an accumulator up to `reach` needs so many bits more than the target has.
  void refuseProduct(int64_t channel, int64_t reach, int bits);
  /// An error, where there are no multipliers: the shift itself, or how far an operand is from the others.
  void refuseShift(int64_t channel, int wanted);
  /// Warns of all that was repaired; failure where something was refused.
  mlir::LogicalResult report() const;

  Complaint narrowed, clamped, vanishing, losses, coarse;

private:
  void reportNarrowed() const;
  void reportClamped() const;
  void reportVanishing() const;
  void reportLosses() const;
  void reportCoarse() const;
  /// The worst cost is said to be another channel's where `what` tells of channel `told`.
  void repaired(llvm::StringRef kind, const Complaint &complaint, llvm::StringRef what, const Cause &cause,
                std::optional<int64_t> told = std::nullopt) const;
  void vanishes(llvm::StringRef what, const Cause &cause) const;
  std::string scalesAt(int64_t channel) const;
  /// What the effective scales belong to: a sum has one for each operand.
  llvm::StringRef noun() const;
  std::string describe(const Complaint &complaint) const;
  /// "layer 'a', channel 3"
  std::string at(int64_t channel) const;

  qnn::RequantOpInterface op;
  MultiplierLimits limits;
  /// The scales are two operands' with one shift between them.
  bool isSum;
  /// The result has more than 8 bits.
  bool isWide;
  llvm::ArrayRef<double> scales;
  int64_t refused = 0;
};

} // namespace tare

#endif // TARE_PASSES_REQUANT_REQUANTCOMPLAINTS_H
