//===- Verifier.h - What holds of every program -----------------*- C++ -*-===//
//
// The semantic rules of a program. The reader checks them before it hands out a
// Model, the writer before it writes: what one accepts, the other does too.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_VERIFIER_H
#define TARE_PROGRAM_VERIFIER_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

#include <functional>

namespace tare::program {

/// No tensor, arena or block of constants is larger than this many bytes.
inline constexpr uint64_t maxBytes = uint64_t(1) << 40;
/// The largest rank of a tensor.
inline constexpr size_t maxRank = 8;

/// A constant tensor's data, where they are at hand: what shapes of host layers follow from. Asked only for tensors
/// that lie within the constants.
using ConstantBytes = std::function<const void *(uint32_t tensor)>;

/// Checks that:
/// - tensors have a known type, dimensions of at least 1 and a size below
/// maxBytes; constants lie aligned in the
///   constant bytes, the others aligned in the arena;
/// - every other tensor is written exactly once, by an input or by a layer,
/// before it is read;
/// - each layer's results are what its operator infers from its operands;
/// - two tensors that live at the same time do not overlap in the arena, except
/// a reshape's operand and result;
/// - ports refer to tensors, have distinct names, scales that are finite,
/// positive and 1 or C in number, and host steps
///   that fit the tensor.
/// It is safe on anything that the FlatBuffers verifier accepts.
Status verify(const ProgramT &program, const ConstantBytes &constants = {});

} // namespace tare::program

#endif // TARE_PROGRAM_VERIFIER_H
