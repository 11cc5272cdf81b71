//===- MovedLabels.cpp - Where a graph's elements come from ---------------===//
#include "Driver/Execute/MovedLabels.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

using namespace mlir;
using namespace tare;

qnn::GridOpInterface tare::asMovement(Operation *op) {
  auto grid = dyn_cast_if_present<qnn::GridOpInterface>(op);
  if (!grid || !cast<RankedTensorType>(op->getResult(0).getType()).getElementType().isF32())
    return {};
  qnn::GridRule rule = grid.getGridRule();
  return rule == qnn::GridRule::Same || rule == qnn::GridRule::Unified ? grid : qnn::GridOpInterface();
}

bool tare::isMoved(qnn::GridOpInterface movement, OpOperand &operand) {
  return movement.getGridRule() == qnn::GridRule::Unified || operand.getOperandNumber() == 0;
}

std::optional<Tensor> tare::moveLabels(qnn::GridOpInterface movement,
                                       llvm::function_ref<std::optional<Tensor>(OpOperand &)> labelsOf) {
  SmallVector<Tensor> operands;
  for (OpOperand &operand : movement->getOpOperands()) {
    bool moved = isMoved(movement, operand);
    ElementsAttr constant = moved ? ElementsAttr() : qnn::constantValue(operand.get());
    std::optional<Tensor> tensor = moved      ? labelsOf(operand)
                                   : constant ? std::optional(qnn::toTensor(constant))
                                              : std::nullopt;
    if (!tensor)
      return std::nullopt;
    operands.push_back(*tensor);
  }
  FailureOr<Tensor> result = evaluateOp(movement.getOperation(), operands);
  return failed(result) ? std::nullopt : std::optional(*result);
}
