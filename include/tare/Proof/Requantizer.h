//===- Requantizer.h - What a layer scales, and by what ---------*- C++ -*-===//
//
// A layer's requantization as the proof sees it: for each output channel (or
// each count of averaged elements) the accumulators that can occur, and the
// real number M that its multiplier and shift stand for.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROOF_REQUANTIZER_H
#define TARE_PROOF_REQUANTIZER_H

#include "tare/Kernels/OpFacts.h"
#include "tare/Program/Model.h"
#include "tare/Tensor/Result.h"

#include <optional>
#include <vector>

namespace tare::proof {

/// One scaled accumulator.
struct Entry {
  /// The element of the requantization's lists that belongs to it: the output channel, or the number of averaged
  /// elements less one.
  int64_t index = 0;
  /// The accumulators that some input gives; the ends are reached.
  int64_t low = 0, high = 0;
  /// M = Sx * Sw[c] / Sy, positive.
  double scale = 0;
};

/// A layer's requantization, and what it scales.
struct Requantizer {
  const program::RequantT *parameters = nullptr;
  std::vector<Entry> entries;
};

/// The layer's operands, with the zero points of their grids, as kernels are asked about them.
std::vector<kernels::Operand> operandsOf(const program::Model &model, const program::LayerT &layer);

/// The layer's requantizer; nothing where it has none. An error where the program does not say on which grids the
/// layer's operands and result are.
Result<std::optional<Requantizer>> requantizerOf(const program::Model &model, const program::LayerT &layer);

/// The integers of an activation's type: [-128, 127].
std::pair<int64_t, int64_t> integersOf(ElementType type);

} // namespace tare::proof

#endif // TARE_PROOF_REQUANTIZER_H
