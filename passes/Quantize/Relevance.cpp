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

/// As if they were one; what nothing is known of counts as 0.
double meanSquareOfAll(OperandRange values) {
  double sum = 0, count = 0;
  for (Value value : values)
    sum += meanSquare(value).value_or(0.0) * elements(value), count += elements(value);
  return count > 0 ? sum / count : 0.0;
}

} // namespace

bool tare::isSum(Operation *op) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op);
  return requant && requant.sharesShift();
}

double Relevance::cost(const Weight &weight, Value value) const {
  // Nothing counts for so little that any grid would do: calibration has not seen all that there is.
  constexpr double least = 0x1p-20;
  return std::clamp(std::max(weight.relative, weight.absolute * meanSquare(value).value_or(0.0)), least, 1.0);
}

double Relevance::of(Value value) const { return cost(weights.lookup_or(value, {1.0, 0.0}), value); }

double Relevance::of(Operation *reader, Value operand) const { return cost(readBy(reader, operand), operand); }

double Relevance::powerOfJoined(Operation *concat) const {
  auto [known, isNew] = joined.try_emplace(concat, 0.0);
  if (isNew)
    known->second = meanSquareOfAll(concat->getOperands());
  return known->second;
}

Relevance::Weight Relevance::readBy(Operation *reader, Value operand) const {
  if (reader->getNumResults() == 0)
    return {1.0, 0.0};
  auto grid = dyn_cast<GridOpInterface>(reader);
  const bool isConcat = grid && grid.getGridRule() == GridRule::Unified;
  bool moves = grid && grid.getGridRule() == GridRule::Same;
  Weight most;
  for (Value result : reader->getResults()) {
    const Weight weight = result.use_empty() ? Weight{1.0, 0.0} : weights.lookup_or(result, {1.0, 0.0});
    const double power = isConcat ? powerOfJoined(reader) : meanSquare(result).value_or(0.0);
    bool isKnown = (isConcat || isSum(reader)) && meanSquare(operand).has_value();
    double absolute = std::max(weight.absolute, power > 0 ? weight.relative / power : 0.0);
    if (isConcat)
      absolute *= elements(operand) / elements(result);
    // Of what follows its operand as a whole, and of sums with nothing to compare with.
    if (!isKnown || (power == 0 && weight.relative > 0))
      most.relative = std::max(most.relative, isKnown ? 1.0 : cost(weight, result));
    if (isKnown || moves)
      most.absolute = std::max(most.absolute, absolute);
  }
  return most;
}

Relevance::Relevance(func::FuncOp function) {
  for (Operation &op : llvm::reverse(function.getBody().front()))
    for (Value operand : op.getOperands()) {
      const Weight read = readBy(&op, operand);
      Weight &weight = weights[operand];
      weight.relative = std::max(weight.relative, read.relative);
      weight.absolute = std::max(weight.absolute, read.absolute);
    }
}
