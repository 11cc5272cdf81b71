//===- Movements.h - Layers that only move elements -------------*- C++ -*-===//
//
// The one place that says which layers give their operand's elements again, and the one walk through those that only
// rearrange them, as between a port of real numbers and the integers behind it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_MOVEMENTS_H
#define TARE_PROGRAM_MOVEMENTS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace tare::program {

/// Whether the result has each element of the operand once, in another place: a transpose, a reshape.
bool rearranges(Op kind);

/// Whether each element of the result is an element of an operand, and nothing is computed or put beside: of what
/// rearranges, of a slice and of a concatenation.
bool movesElements(Op kind);

/// The dimension of `to`, which is `from` reshaped, that has the elements of dimension `axis`; nothing where it is
/// split or merged.
std::optional<int32_t> axisAfterReshape(const Shape &from, const Shape &to, int32_t axis);

/// The layers on the way from a tensor that only rearrange, and the first one that does something else.
struct Passage {
  /// In the order in which the way meets them.
  std::vector<size_t> movements;
  /// Nothing where the way ends without one: at an input or an output, or where it forks.
  std::optional<size_t> end;
};

/// The layer that reads, or the one that writes, a tensor: whoever walks knows what counts as one.
using LayerAt = std::function<std::optional<size_t>(uint32_t tensor)>;

/// From a tensor to what reads it. `onlyReader` says nothing where there are several, so that the way does not fork.
Passage passageToReader(const ProgramT &program, uint32_t tensor, const LayerAt &onlyReader);

/// From a tensor back to what it is made by.
Passage passageToWriter(const ProgramT &program, uint32_t tensor, const LayerAt &writer);

} // namespace tare::program

#endif // TARE_PROGRAM_MOVEMENTS_H
