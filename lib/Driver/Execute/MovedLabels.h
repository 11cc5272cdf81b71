//===- MovedLabels.h - Where a graph's elements come from -------*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_MOVEDLABELS_H
#define TARE_DRIVER_EXECUTE_MOVEDLABELS_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "tare/Tensor/Tensor.h"

#include <optional>

namespace tare {

/// The op, if its result holds its operands' elements, or picks among them: a transpose, a concatenation, a pooling;
/// null for any other. More than qnn::movesElements(), as labels survive whatever picks among elements.
qnn::GridOpInterface asMovement(mlir::Operation *op);

/// Whether the operand's elements are those of the result: not where it says how to move.
bool isMoved(qnn::GridOpInterface movement, mlir::OpOperand &operand);

/// What the op makes of labels, float32 tensors of its operands' shapes, in place of values. Nothing where it cannot be
/// computed, or an operand has none.
std::optional<Tensor> moveLabels(qnn::GridOpInterface movement,
                                 llvm::function_ref<std::optional<Tensor>(mlir::OpOperand &)> labelsOf);

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_MOVEDLABELS_H
