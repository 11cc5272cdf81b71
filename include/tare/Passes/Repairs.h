//===- Repairs.h - Telling what was changed for the hardware ----*- C++ -*-===//
#ifndef TARE_PASSES_REPAIRS_H
#define TARE_PASSES_REPAIRS_H

#include "mlir/IR/Operation.h"

#include <string>

namespace tare {

/// A change that makes the hardware able to hold a layer, and what it costs.
struct Repair {
  /// A literal: "CoarserResult", "CoarserWeights", "NarrowerMultiplier", "ClampedShift", "LostBits", ...
  llvm::StringRef kind;
  int64_t channels = 1;
  /// What results can be off by it: in steps of the result (LSB), or as a real number where the result has no grid.
  double cost = 0;
  bool inSteps = true;
  /// As of a Warning: why, as an identifier, and what its user can do, as an imperative.
  std::string cause = {}, remedy = {};
  /// Whether the steps are those of more than 8 bits, where the result has no grid yet that would say so.
  bool isWide = false;
};

/// The category of the remarks of all repairs, whichever pass makes them.
inline constexpr llvm::StringLiteral repairCategory = "tare-repair";

/// A cost as messages tell it: "1.23e-02", and "0" where it is none.
std::string costText(double cost);

/// Tells people by a warning (reportWarning()), "repaired: " and `text`, which names the layer or value; and tools by a
/// remark with the repair's fields.
void reportRepair(mlir::Operation *op, const Repair &repair, const llvm::Twine &text);

} // namespace tare

#endif // TARE_PASSES_REPAIRS_H
