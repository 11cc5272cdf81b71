//===- Relevance.cpp - What a value's loss matters ------------------------===//
#include "Quantize/Relevance.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <algorithm>

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;
using qnn::GridRule;

std::optional<double> tare::meanSquare(Value value) {
  if (ElementsAttr constant = qnn::constantValue(value)) {
    if (!constant.getElementType().isF32())
      return std::nullopt;
    Tensor tensor = qnn::toTensor(constant);
    double sum = 0;
    for (int64_t i = 0, count = tensor.count(); i < count; ++i)
      sum += double(tensor.as<float>()[i]) * tensor.as<float>()[i];
    qnn::forgetPages(constant);
    return tensor.count() ? sum / double(tensor.count()) : 0.0;
  }
  qnn::RangeAttr range = rangeAttr(value);
  if (!range)
    return std::nullopt;
  if (qnn::StepErrorsAttr errors = range.getErrors(); errors && errors.getMeanSquare() > 0)
    return errors.getMeanSquare();
  double min = range.getMin(), max = range.getMax();
  return (min * min + min * max + max * max) / 3;
}

namespace {

double elements(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() ? double(type.getNumElements()) : 1.0;
}

} // namespace

bool tare::isSum(Operation *op) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op);
  return requant && requant.sharesShift();
}

double tare::powerShare(Operation *op, Value operand) {
  auto grid = dyn_cast<GridOpInterface>(op);
  bool isConcat = grid && grid.getGridRule() == GridRule::Unified;
  std::optional<double> own = meanSquare(operand);
  if (!(isConcat || isSum(op)) || !own)
    return 1.0;
  double part = *own, whole = 0;
  if (isSum(op)) {
    whole = meanSquare(op->getResult(0)).value_or(0.0);
  } else {
    part *= elements(operand);
    for (Value other : op->getOperands())
      whole += meanSquare(other).value_or(0.0) * elements(other);
  }
  return whole > 0 ? std::min(1.0, part / whole) : 1.0;
}

Relevance::Relevance(func::FuncOp function) {
  for (Operation &op : llvm::reverse(function.getBody().front())) {
    double ofResult = op.getNumResults() ? 0.0 : 1.0;
    for (Value result : op.getResults())
      ofResult = std::max(ofResult, result.use_empty() ? 1.0 : of(result));
    for (Value operand : op.getOperands()) {
      double &share = shares[operand];
      share = std::max(share, powerShare(&op, operand) * ofResult);
    }
  }
}
