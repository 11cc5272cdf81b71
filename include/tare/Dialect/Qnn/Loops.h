//===- Loops.h - What holds of the ends of loops ----------------*- C++ -*-===//
//
// Of both dialects, whose loops are alike.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_LOOPS_H
#define TARE_DIALECT_QNN_LOOPS_H

#include "tare/Schema/program_generated.h"

#include "mlir/IR/Operation.h"

#include <optional>

namespace tare::qnn {

/// The element of a sequence along its first axis.
mlir::RankedTensorType elementOfSequence(mlir::Type sequence);
/// The sequence of so many of these.
mlir::RankedTensorType sequenceOf(mlir::Type element, int64_t steps);

/// Moves what stands between the ends of a loop, and does not depend on the step, in front of it.
void hoistInvariants(mlir::Operation *begin, mlir::Operation *end);

mlir::LogicalResult verifyLoopBegin(mlir::Operation *op, int64_t steps, mlir::ValueRange sequences,
                                    mlir::ValueRange states, std::optional<llvm::ArrayRef<bool>> reversed);
/// Also that nothing between the two is read behind `end`.
mlir::LogicalResult verifyLoopEnd(mlir::Operation *end, mlir::Operation *begin, int64_t steps, mlir::TypeRange states,
                                  mlir::ValueRange carries, mlir::ValueRange collects,
                                  std::optional<llvm::ArrayRef<bool>> reversed);

inline std::vector<bool> flagsOf(std::optional<llvm::ArrayRef<bool>> flags) {
  return flags ? std::vector<bool>(flags->begin(), flags->end()) : std::vector<bool>();
}

/// The end of the loop that begins with this step; null where there is none.
template <typename LoopEnd> LoopEnd endOf(mlir::Value step) {
  for (mlir::Operation *user : step.getUsers())
    if (auto end = mlir::dyn_cast<LoopEnd>(user))
      return end;
  return nullptr;
}

template <typename LoopBegin> mlir::LogicalResult verifyBegin(LoopBegin begin) {
  // One that nobody reads is being made, or about to go.
  if (!begin->use_empty() && !begin.getEnd())
    return begin.emitOpError("begins a loop that has no end");
  return verifyLoopBegin(begin, begin.getSteps(), begin.getSequences(), begin.getStates(), begin.getReversed());
}
template <typename LoopEnd> mlir::LogicalResult verifyEnd(LoopEnd end) {
  auto begin = end.getBegin();
  if (!begin || end.getStep() != begin->getResult(0))
    return end.emitOpError("reads no step of a loop: its first operand must be the first result of ")
           << decltype(begin)::getOperationName();
  if (begin.getEnd() != end)
    return end.emitOpError("is not the only end of its loop");
  return verifyLoopEnd(end, begin, begin.getSteps(), begin.getStates().getTypes(), end.getCarries(), end.getCollects(),
                       end.getReversed());
}

/// The ends of a loop as a program stores them and kernels take them.
template <typename LoopBegin> program::LoopBeginT beginTable(LoopBegin op) {
  program::LoopBeginT table;
  table.steps = op.getSteps();
  table.sequences = op.getSequences().size();
  table.reversed = flagsOf(op.getReversed());
  return table;
}
template <typename LoopEnd> program::LoopEndT endTable(LoopEnd op) {
  program::LoopEndT table;
  table.steps = op.getBegin().getSteps();
  table.carries = op.getCarries().size();
  table.reversed = flagsOf(op.getReversed());
  return table;
}

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_LOOPS_H
