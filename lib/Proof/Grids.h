//===- Grids.h - On which grids a layer works -------------------*- C++ -*-===//
#ifndef TARE_LIB_PROOF_GRIDS_H
#define TARE_LIB_PROOF_GRIDS_H

#include "tare/Program/Model.h"

#include <optional>

namespace tare::proof {

/// Why a layer cannot be proven whose tensors have no grids.
inline constexpr char unknownGrids[] =
    "the program does not say which real numbers its integers stand for; convert the model again with this version of "
    "tare";

/// One scale and one zero point.
struct TensorGrid {
  double scale;
  int64_t zeroPoint;

  bool operator==(const TensorGrid &) const = default;
};

/// The grid of a tensor's integers; nothing where the program says none, or one per channel.
inline std::optional<TensorGrid> gridOf(const program::Model &model, uint32_t tensor) {
  const program::TensorT &table = *model.program().tensors[tensor];
  if (table.scales.size() != 1)
    return std::nullopt;
  return TensorGrid{table.scales.front(), table.zero_point};
}

} // namespace tare::proof

#endif // TARE_LIB_PROOF_GRIDS_H
