//===- ArenaVerifier.h - No two live tensors overlap ------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_ARENAVERIFIER_H
#define TARE_LIB_PROGRAM_ARENAVERIFIER_H

#include "tare/Program/Loops.h"

namespace tare::program {

/// Checks that tensors whose lives overlap do not overlap in the arena. The
/// tensors' types and offsets are verified.
Status verifyArena(const ProgramT &program, const std::vector<TensorUse> &uses, std::span<const Loop> loops);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_ARENAVERIFIER_H
