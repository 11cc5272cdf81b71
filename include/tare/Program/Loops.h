//===- Loops.h - The loops of a program -------------------------*- C++ -*-===//
//
// A loop is what stands between a LoopBegin and the LoopEnd that reads its first result, both included. Its layers run
// one after the other, as often as it has steps.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_LOOPS_H
#define TARE_PROGRAM_LOOPS_H

#include "tare/Program/Dataflow.h"
#include "tare/Tensor/Tensor.h"

#include <span>

namespace tare::program {

/// More steps no loop has, nor all of those together that hold each other: what runs comes to an end, and no number
/// overflows.
inline constexpr int64_t mostSteps = int64_t(1) << 24;

/// Layers by their indices.
struct Loop {
  size_t begin = 0, end = 0;
  int64_t steps = 1;

  bool holds(int64_t layer) const { return int64_t(begin) <= layer && layer <= int64_t(end); }
};

/// The program's loops in the order of their ends, so that a loop comes behind those that it holds. An error where an
/// end has no other, where loops overlap, where the two ends disagree, and where what a loop computes is read behind
/// it. `uses` are the program's.
Result<std::vector<Loop>> findLoops(const ProgramT &program, const std::vector<TensorUse> &uses);

/// From the layer that writes a tensor first to the one that reads it last, as times in the arena: what a loop reads
/// lives to its end, and the sequences that it gives live from its beginning.
struct Lifetime {
  int64_t begin = 0, end = 0;
};
Lifetime lifetimeOf(uint32_t tensor, const ProgramT &program, const std::vector<TensorUse> &uses,
                    std::span<const Loop> loops);

/// How often a layer runs: the product of the steps of the loops that hold it.
int64_t runsOf(size_t layer, std::span<const Loop> loops);

/// The types of the results of a loop's ends. Safe on anything that FlatBuffers accepts.
Result<std::vector<TensorType>> inferLoopBegin(const LoopBeginT &loop, std::span<const TensorType> operands);
Result<std::vector<TensorType>> inferLoopEnd(const LoopEndT &loop, std::span<const TensorType> operands);

} // namespace tare::program

#endif // TARE_PROGRAM_LOOPS_H
