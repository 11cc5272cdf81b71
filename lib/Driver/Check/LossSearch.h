//===- LossSearch.h - The layer where a loss begins -------------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_LOSSSEARCH_H
#define TARE_DRIVER_CHECK_LOSSSEARCH_H

#include "Driver/Check/ProgramResults.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/BitVector.h"

namespace tare {

/// Where a value was lost.
struct LossOrigin {
  /// The layer's name, or that of the input that is lost already where it is quantized.
  std::string layer;
  /// Of the layer's result, and of the worst of its operands, in dB; infinite for what comes from the input.
  double sqnr = 0, operandSqnr = 0;
  /// No layer alone is to blame: the SQNR falls from one to the next, and here it falls most.
  bool isGradual = false;
  bool isInput = false;
  /// The result's step, and what is lost of it from the least to the greatest in float; a step of 0 where it has no one
  /// grid.
  double step = 0, low = 0, high = 0;
  /// Why it is lost there, as a clause.
  std::string cause;
};

/// What to look for: elements of an output, row-major.
struct Lost {
  size_t output = 0;
  llvm::BitVector elements;
};

/// Walks back from the elements of each loss through those that they were computed from, as long as they are about as
/// bad, by the program's real numbers beside those of the float graph @main of `real`, which runs once for all of them.
Result<std::vector<LossOrigin>> findLosses(mlir::ModuleOp real, std::shared_ptr<const runtime::Session> program,
                                           const std::vector<std::vector<Tensor>> &inputs, size_t threads,
                                           llvm::ArrayRef<Lost> lost);

} // namespace tare

#endif // TARE_DRIVER_CHECK_LOSSSEARCH_H
