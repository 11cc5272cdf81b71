//===- OtherRounding.h - If the board rounded otherwise ---------*- C++ -*-===//
#ifndef TARE_PROOF_OTHERROUNDING_H
#define TARE_PROOF_OTHERROUNDING_H

#include "tare/Proof/Requantizer.h"

#include <optional>
#include <string>

namespace tare::proof {

/// What another rounding would change of one layer.
struct RoundingDifference {
  std::string name, kind;
  /// The accumulators that would give another output, of all that can occur, over all channels; for a sum of 8-bit
  /// operands the pairs.
  uint64_t differing = 0, total = 0;
};

/// The rounding of that name ("floor"); nothing where there is none.
std::optional<program::Rounding> roundingOf(const std::string &name);
/// "half_up, half_away, ..."
std::string roundingNames();

/// Nothing for layers that round nothing, and for 16-bit sums, whose pairs are too many to try.
std::optional<RoundingDifference> compareRounding(const program::Model &model, const program::LayerT &layer,
                                                  program::Rounding rounding);

/// Whether the operator's result depends on the program's rounding.
bool rounds(const program::OpUnion &op);

/// The program as that board runs it: every requantization and sum rounds so.
std::shared_ptr<const program::Model> withRounding(const program::Model &model, program::Rounding rounding);

} // namespace tare::proof

#endif // TARE_PROOF_OTHERROUNDING_H
