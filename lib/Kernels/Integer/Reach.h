//===- Reach.h - How far an operator's accumulators reach -------*- C++ -*-===//
//
// For OpKernel::scaling: intervals over everything that the operands can be.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_REACH_H
#define TARE_LIB_KERNELS_INTEGER_REACH_H

#include "Checks.h"
#include "tare/Kernels/OpFacts.h"

namespace tare::kernels {

/// All integers from the first to the second.
using Interval = std::pair<int64_t, int64_t>;

/// x - zeroPoint over all integers of the operand's type.
Interval distances(const Operand &operand, int64_t zeroPoint);
/// Products with a number, or of any two of both.
Interval times(Interval a, int64_t b);
Interval times(Interval a, Interval b);
/// The larger magnitude of the ends.
int64_t largest(Interval interval);

/// One reach per output channel of the constant weights, operand 1, and their bias, operand 2. `addend`: what one
/// weight is multiplied by; `partial`: windows at the border leave products out.
std::vector<Reach> reachOfWeights(std::span<const Operand> operands, Interval addend, bool partial);

/// What no partial sum of products with constant weights exceeds, plus the bias; the largest channel's. `addend`: what
/// one weight is multiplied by; `folded`: what the bias contains of each weight, -folded * sum(w), which no sum has
/// yet.
std::optional<int64_t> boundOfWeights(std::span<const Operand> operands, Interval addend, int64_t folded);

/// Scaling::requant of an operator with such parameters.
template <typename Table> program::RequantT *requantIn(program::OpUnion &op) {
  return static_cast<Table *>(op.value)->requant.get();
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_REACH_H
