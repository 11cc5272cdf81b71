//===- PairedLayers.h - The layers of two programs --------------*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_PAIREDLAYERS_H
#define TARE_DRIVER_REPORT_PAIREDLAYERS_H

#include "Driver/Report/Report.h"

#include <optional>
#include <utility>

namespace tare {

/// Layers of two programs, as numbers of their results.
struct LayerPair {
  std::optional<size_t> first, second;
  bool operator==(const LayerPair &) const = default;
};

/// Each layer of both once: with that of the other one that gives the same value of the model, of several the last with
/// the last, as they lead to it; in the order of the first, those that only the second has where they stand in it.
std::vector<LayerPair> pairLayers(const Report &first, const Report &second);

/// What the second is to the first: a sentence or two.
Verdict verdictOfBoth(const Report &first, const Report &second);

/// One object: "programs" with both reports, "pairs", "verdict".
void writeBoth(llvm::json::OStream &out, const Report &first, const Report &second);

} // namespace tare

#endif // TARE_DRIVER_REPORT_PAIREDLAYERS_H
