//===- ActivationTypes.cpp - The types that operators need ----------------===//
#include "tare/Dialect/Npu/ActivationTypes.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;

std::optional<tare::ElementType> tare::npu::missingType(Operation *op, const Target &target) {
  const StringRef name = op->getName().stripDialect();
  auto isMissing = [&](Value value) -> std::optional<ElementType> {
    const ElementType element = qnn::toHost(value.getType()).element;
    const bool counts = element == ElementType::i8 || element == ElementType::i16;
    return counts && !target.hasOp(name, element) ? std::optional(element) : std::nullopt;
  };
  for (Value operand : op->getOperands())
    if (!operand.getDefiningOp<ConstantOp>())
      if (std::optional<ElementType> type = isMissing(operand))
        return type;
  for (Value result : op->getResults())
    if (std::optional<ElementType> type = isMissing(result))
      return type;
  return std::nullopt;
}
