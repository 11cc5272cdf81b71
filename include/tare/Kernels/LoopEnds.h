//===- LoopEnds.h - What the ends of a loop do at a step --------*- C++ -*-===//
//
// (A70) of docs/arithmetic.md.
//
// Whoever runs layers runs those of a loop as often as it has steps, and calls these at the two ends: beginStep(), then
// the layers between, endStep(), and before the next step carryStates().
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_LOOPENDS_H
#define TARE_KERNELS_LOOPENDS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <span>

namespace tare::kernels {

/// Fills the results of the beginning: the step's number and slices; at step 0 the states too, which later steps find
/// there.
void beginStep(const program::LoopBeginT &loop, int64_t step, std::span<const ConstTensorView> operands,
               std::span<const TensorView> results);

/// Puts what the step gives into the sequences, and at the last step the states into the results.
void endStep(const program::LoopEndT &loop, int64_t step, std::span<const ConstTensorView> operands,
             std::span<const TensorView> results);

/// Copies what the end carries into the states of the beginning, whose results are `begun`. What is carried may be
/// another state, or lie where one does: then all of it is copied to `scratch` first, which has room for it.
void carryStates(const program::LoopEndT &loop, std::span<const ConstTensorView> operands,
                 std::span<const TensorView> begun, std::byte *scratch);

} // namespace tare::kernels

#endif // TARE_KERNELS_LOOPENDS_H
