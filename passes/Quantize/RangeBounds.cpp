//===- RangeBounds.cpp - What ranges say of elements ----------------------===//
#include "Quantize/RangeBounds.h"
#include "Graph/Affine.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Evaluator/Evaluator.h"

#include <algorithm>

using namespace mlir;
using namespace tare;

namespace {

/// The least and the greatest element, 0 not included.
std::pair<double, double> extremes(const Tensor &tensor) {
  auto [least, greatest] = std::minmax_element(tensor.as<float>(), tensor.as<float>() + tensor.count());
  return {*least, *greatest};
}

bool takesConstant(Operation *op) {
  return constantBorder(op) ||
         llvm::any_of(op->getOperands(), [](Value operand) { return bool(floatConstantValue(operand)); });
}

/// Whether the constants of an op bring its result as far below its other operands as these are wide, or further.
bool isFarBelow(const Tensor &bounds, Operation *op) {
  double least = 0, greatest = 0;
  for (Value operand : op->getOperands())
    if (!floatConstantValue(operand)) {
      auto [from, to] = knownRange(operand);
      least = std::min(least, from);
      greatest = std::max(greatest, to);
    }
  double low = extremes(bounds).first;
  return low < least && least - low >= greatest - least;
}

} // namespace

std::pair<double, double> tare::knownRange(Value value) {
  return findRange(value).value_or(qnn::Interval(-HUGE_VAL, HUGE_VAL));
}

RangeBounds::RangeBounds(func::FuncOp function, unsigned bits) : bits(bits) {
  for (Operation &op : function.getBody().front().without_terminator()) {
    auto floor = dyn_cast<qnn::FloorOpInterface>(op);
    if (!floor || !floor.isMonotone() || !qnn::isFloatTensor(op.getResult(0)))
      continue;
    bool inherits = llvm::any_of(op.getOperands(), [&](Value operand) { return isTouched(operand); });
    if (!inherits && !takesConstant(&op))
      continue;
    SmallVector<Tensor> operands;
    for (Value operand : op.getOperands())
      operands.push_back(lower(operand));
    FailureOr<Tensor> bounds = evaluateOp(&op, operands);
    if (failed(bounds) || bounds->element() != ElementType::f32 || (!inherits && !isFarBelow(*bounds, &op)))
      continue;
    order.push_back(&op);
    lowest[op.getResult(0)] = std::move(*bounds);
  }
}

Tensor RangeBounds::lower(Value value) const {
  if (auto found = lowest.find(value); found != lowest.end())
    return found->second;
  if (ElementsAttr constant = floatConstantValue(value))
    return qnn::toTensor(constant);
  Tensor bounds(ElementType::f32, qnn::toHost(value.getType()).shape);
  std::fill_n(bounds.mutableAs<float>(), bounds.count(), static_cast<float>(knownRange(value).first));
  return bounds;
}

double RangeBounds::least(Value value) const {
  if (isTouched(value) || floatConstantValue(value))
    return extremes(lower(value)).first;
  return knownRange(value).first;
}

double RangeBounds::greatest(Value value) const {
  ElementsAttr constant = floatConstantValue(value);
  return constant ? extremes(qnn::toTensor(constant)).second : knownRange(value).second;
}

double RangeBounds::leastMaximum(Value value, int64_t axis) const {
  if (!isTouched(value))
    return least(value);
  Tensor bounds = lower(value);
  const Shape &shape = bounds.shape();
  int64_t inner = elementCount(Shape(shape.begin() + axis + 1, shape.end())), size = shape[axis];
  const float *data = bounds.as<float>();
  double result = HUGE_VAL;
  for (int64_t row = 0, rows = bounds.count() / size; row < rows; ++row) {
    const float *first = data + row / inner * inner * size + row % inner;
    float largest = *first;
    for (int64_t i = 1; i < size; ++i)
      largest = std::max(largest, first[i * inner]);
    result = std::min<double>(result, largest);
  }
  return result;
}
