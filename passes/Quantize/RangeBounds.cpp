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

/// What a constant of the sum is at least, which a fused activation may hide in its result.
double lowestAdded(Operation *op) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op);
  double low = 0;
  if (requant && requant.sharesShift())
    for (Value operand : op->getOperands())
      if (ElementsAttr constant = floatConstantValue(operand))
        low = std::min(low, extremes(qnn::toTensor(constant)).first);
  return low;
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
  double low = std::min(extremes(bounds).first, lowestAdded(op));
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
    SmallVector<Tensor> least, most;
    for (Value operand : op.getOperands()) {
      least.push_back(bound(operand, lowest, knownRange(operand).first));
      most.push_back(bound(operand, highest, knownRange(operand).second));
    }
    FailureOr<Tensor> bounds = evaluateOp(&op, least), upper = evaluateOp(&op, most);
    if (failed(bounds) || failed(upper) || bounds->element() != ElementType::f32 ||
        (!inherits && !isFarBelow(*bounds, &op)))
      continue;
    order.push_back(&op);
    lowest[op.getResult(0)] = std::move(*bounds);
    highest[op.getResult(0)] = std::move(*upper);
  }
}

Tensor RangeBounds::bound(Value value, const llvm::DenseMap<Value, Tensor> &known, double end) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  if (ElementsAttr constant = floatConstantValue(value))
    return qnn::toTensor(constant);
  Tensor bounds(ElementType::f32, qnn::toHost(value.getType()).shape);
  std::fill_n(bounds.mutableAs<float>(), bounds.count(), static_cast<float>(end));
  return bounds;
}

Tensor RangeBounds::lower(Value value) const { return bound(value, lowest, knownRange(value).first); }

double RangeBounds::least(Value value) const {
  if (isTouched(value) || floatConstantValue(value))
    return extremes(lower(value)).first;
  return knownRange(value).first;
}

double RangeBounds::greatest(Value value) const {
  ElementsAttr constant = floatConstantValue(value);
  return constant ? extremes(qnn::toTensor(constant)).second : knownRange(value).second;
}

double RangeBounds::upperEnd(Value value) const {
  return extremes(bound(value, highest, knownRange(value).second)).second;
}

/// A row of nothing but one number, whatever the data are, is that row again if all of it is raised or saturates: so is
/// one whose mask is so low that float32 adds nothing to it.
double RangeBounds::leastMaximum(Value value, int64_t axis) const {
  if (!isTouched(value))
    return least(value);
  Tensor bounds = lower(value), upper = bound(value, highest, knownRange(value).second);
  const Shape &shape = bounds.shape();
  int64_t inner = elementCount(Shape(shape.begin() + axis + 1, shape.end())), size = shape[axis];
  const float *data = bounds.as<float>(), *most = upper.as<float>();
  double result = HUGE_VAL;
  for (int64_t row = 0, rows = bounds.count() / size; row < rows; ++row) {
    const int64_t first = row / inner * inner * size + row % inner;
    float largest = data[first];
    bool isOneNumber = true;
    for (int64_t i = 0; i < size; ++i) {
      largest = std::max(largest, data[first + i * inner]);
      isOneNumber &= data[first + i * inner] == data[first] && most[first + i * inner] == data[first];
    }
    if (!isOneNumber)
      result = std::min<double>(result, largest);
  }
  // Where no row tells anything apart any floor will do.
  return result == HUGE_VAL ? 0.0 : result;
}
