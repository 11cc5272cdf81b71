//===- LoopEnds.cpp - What the ends of a loop do at a step ----------------===//
#include "tare/Kernels/LoopEnds.h"

#include <cstring>

namespace tare::kernels {
namespace {

bool isReversed(const std::vector<bool> &reversed, size_t sequence) {
  return sequence < reversed.size() && reversed[sequence];
}

/// Where the step's element begins in its sequence, in bytes.
size_t offsetOf(int64_t step, int64_t steps, bool isReversed, size_t bytes) {
  return size_t(isReversed ? steps - 1 - step : step) * bytes;
}

std::byte *at(void *data, size_t offset) { return static_cast<std::byte *>(data) + offset; }
const std::byte *at(const void *data, size_t offset) { return static_cast<const std::byte *>(data) + offset; }

void copy(const ConstTensorView &from, const TensorView &to) {
  if (from.data != to.data)
    std::memmove(to.data, from.data, to.type.bytes());
}

bool overlap(const ConstTensorView &a, const TensorView &b) {
  return at(a.data, 0) < at(b.data, b.type.bytes()) && at(b.data, 0) < at(a.data, a.type.bytes());
}

/// Whether copying one state could write over what another one is copied from.
bool areEntangled(std::span<const ConstTensorView> carried, std::span<const TensorView> states) {
  for (size_t from = 0; from != carried.size(); ++from)
    for (size_t to = 0; to < from; ++to)
      if (overlap(carried[from], states[to]))
        return true;
  return false;
}

} // namespace

void beginStep(const program::LoopBeginT &loop, int64_t step, std::span<const ConstTensorView> operands,
               std::span<const TensorView> results) {
  *static_cast<int64_t *>(results[0].data) = step;
  for (size_t i = 0; i != operands.size(); ++i) {
    const TensorView &result = results[1 + i];
    const size_t bytes = result.type.bytes();
    if (i < loop.sequences)
      std::memcpy(result.data, at(operands[i].data, offsetOf(step, loop.steps, isReversed(loop.reversed, i), bytes)),
                  bytes);
    else if (step == 0)
      copy(operands[i], result);
  }
}

void endStep(const program::LoopEndT &loop, int64_t step, std::span<const ConstTensorView> operands,
             std::span<const TensorView> results) {
  for (size_t i = 0; i != results.size(); ++i) {
    const ConstTensorView &operand = operands[1 + i];
    const size_t bytes = operand.type.bytes();
    if (i >= loop.carries) {
      const bool backwards = isReversed(loop.reversed, i - loop.carries);
      std::memcpy(at(results[i].data, offsetOf(step, loop.steps, backwards, bytes)), operand.data, bytes);
    } else if (step + 1 == loop.steps) {
      copy(operand, results[i]);
    }
  }
}

void carryStates(const program::LoopEndT &loop, std::span<const ConstTensorView> operands,
                 std::span<const TensorView> begun, std::byte *scratch) {
  std::span<const ConstTensorView> carried = operands.subspan(1, loop.carries);
  std::span<const TensorView> states = begun.last(loop.carries);
  if (!areEntangled(carried, states)) {
    for (size_t i = 0; i != carried.size(); ++i)
      copy(carried[i], states[i]);
    return;
  }
  for (size_t i = 0, offset = 0; i != carried.size(); offset += carried[i++].type.bytes())
    std::memcpy(scratch + offset, carried[i].data, carried[i].type.bytes());
  for (size_t i = 0, offset = 0; i != carried.size(); offset += carried[i++].type.bytes())
    std::memcpy(states[i].data, scratch + offset, carried[i].type.bytes());
}

} // namespace tare::kernels
