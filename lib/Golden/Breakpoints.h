//===- Breakpoints.h - A requantization at its breakpoints ------*- C++ -*-===//
#ifndef TARE_LIB_GOLDEN_BREAKPOINTS_H
#define TARE_LIB_GOLDEN_BREAKPOINTS_H

#include "tare/Proof/Steps.h"
#include "tare/Tensor/Tensor.h"

namespace tare::golden {

/// The columns of golden::Breakpoints.
struct BreakpointRows {
  Tensor channels, accumulators, outputs;
  int64_t steps = 0, written = 0;
};

/// Each channel's accumulators, as the layer's requantization meets them. An error where the program does not say on
/// which grids the layer works.
Result<std::vector<proof::Entry>> reachOf(const program::Model &model, const program::LayerT &layer,
                                          const program::RequantT &requant);

/// Walks every entry; of more than `stepsPerChannel` steps as many, evenly spread, with the first and the last.
BreakpointRows walkBreakpoints(const program::RequantT &requant, const std::vector<proof::Entry> &entries,
                               ElementType output, int64_t stepsPerChannel, size_t threads);

} // namespace tare::golden

#endif // TARE_LIB_GOLDEN_BREAKPOINTS_H
