//===- ModelRanges.cpp - Ranges that follow from the model ----------------===//
#include "tare/Calibration/ModelRanges.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Tensor/Convert.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tare;
using namespace tare::calibration;
using qnn::Interval;
using Maybe = std::optional<Interval>;

namespace {

/// The least and the greatest element that is finite; nothing where none is.
template <typename T> Maybe finiteEnds(const T *begin, int64_t count) {
  Interval ends(HUGE_VAL, -HUGE_VAL);
  for (const T *element = begin; element != begin + count; ++element)
    if (std::isfinite(double(*element)))
      ends = {std::min<double>(ends.first, *element), std::max<double>(ends.second, *element)};
  // No -0.
  return ends.first <= ends.second ? Maybe(Interval(ends.first + 0.0, ends.second + 0.0)) : std::nullopt;
}

Maybe endsOf(const Tensor &tensor) {
  if (tensor.element() == ElementType::f32)
    return finiteEnds(tensor.as<float>(), tensor.count());
  Tensor numbers(ElementType::f64, tensor.shape());
  if (!isConvertible(tensor.element(), ElementType::f64) || !convert(tensor.view(), numbers.mutableView()))
    return std::nullopt;
  return finiteEnds(numbers.as<double>(), numbers.count());
}

/// The elements of a constant, dequantized or as it is.
Maybe constantEnds(mlir::Value value) {
  if (mlir::ElementsAttr constant = qnn::constantValue(value)) {
    Maybe ends = endsOf(qnn::toTensor(constant));
    qnn::forgetPages(constant);
    return ends;
  }
  Tensor reals = qnn::isFloatTensor(value) ? realConstant(value) : Tensor();
  return reals ? endsOf(reals) : std::nullopt;
}

Interval withZero(const Interval &range) { return {std::min(range.first, 0.0), std::max(range.second, 0.0)}; }

Interval hull(const Interval &a, const Interval &b) {
  return {std::min(a.first, b.first), std::max(a.second, b.second)};
}

bool isBool(mlir::Value value) { return mlir::getElementTypeOrSelf(value.getType()).isInteger(1); }

bool isFloat(mlir::Value value) { return mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(value.getType())); }

/// A cast that keeps all numbers of a range: to floats, and of whole numbers.
bool keepsNumbers(qnn::HostOp op) {
  return (op.getKind() == "Cast" || op.getKind() == "CastLike") &&
         (isFloat(op.getResult(0)) || !isFloat(op.getOperand(0)));
}

/// One number for each element of the value.
Tensor filled(mlir::Value value, double number) {
  Tensor tensor(ElementType::f32, qnn::toHost(value.getType()).shape);
  std::fill_n(tensor.mutableAs<float>(), tensor.count(), static_cast<float>(number));
  return tensor;
}

/// Sums, differences and products of integers, which the host computes.
Maybe ofIntegers(qnn::HostOp op, llvm::ArrayRef<Interval> operands) {
  if (operands.size() == 1 && op.getKind() == "Neg")
    return Interval(-operands[0].second, -operands[0].first);
  if (operands.size() != 2)
    return std::nullopt;
  const auto &[a, b] = operands[0];
  const auto &[c, d] = operands[1];
  if (op.getKind() == "Add")
    return Interval(a + c, b + d);
  if (op.getKind() == "Sub")
    return Interval(a - d, b - c);
  if (op.getKind() != "Mul")
    return std::nullopt;
  auto [least, greatest] = std::minmax({a * c, a * d, b * c, b * d});
  return Interval(least, greatest);
}

} // namespace

Maybe tare::calibration::uniformRange(mlir::Operation *op, KnownRange known) {
  auto floor = mlir::dyn_cast<qnn::FloorOpInterface>(op);
  if (!floor || !floor.isMonotoneByOperand() ||
      mlir::cast<mlir::ShapedType>(op->getResult(0).getType()).getNumElements() == 0)
    return std::nullopt;
  Maybe range;
  llvm::SmallVector<Tensor> low, high;
  for (mlir::Value operand : op->getOperands()) {
    mlir::ElementsAttr constant = qnn::isFloatTensor(operand) ? qnn::constantValue(operand) : mlir::ElementsAttr();
    if (constant) {
      Tensor elements = qnn::toTensor(constant);
      if (Maybe ends = endsOf(elements); !ends || ends->first != ends->second)
        return std::nullopt;
      low.push_back(elements), high.push_back(elements);
      continue;
    }
    if (range || !(range = known(operand)))
      return std::nullopt;
    low.push_back(filled(operand, range->first)), high.push_back(filled(operand, range->second));
  }
  mlir::FailureOr<Tensor> atLow = evaluateOp(op, low), atHigh = evaluateOp(op, high);
  if (mlir::failed(atLow) || mlir::failed(atHigh))
    return std::nullopt;
  Maybe first = endsOf(*atLow), second = endsOf(*atHigh);
  return first && second ? Maybe(hull(*first, *second)) : std::nullopt;
}

Maybe ModelRanges::settledOf(mlir::Value value) {
  if (isBool(value))
    return Interval(0, 1);
  auto [entry, isNew] = settled.try_emplace(value);
  return isNew ? entry->second = constantEnds(value) : entry->second;
}

/// Of all operands, or of those that are taken.
Maybe ModelRanges::settledResult(mlir::Operation *op) {
  auto ofAll = [&](mlir::ValueRange values) {
    llvm::SmallVector<Interval> ranges;
    for (mlir::Value value : values)
      if (Maybe range = settledOf(value))
        ranges.push_back(*range);
    return ranges.size() == values.size() ? std::optional(ranges) : std::nullopt;
  };
  auto together = [&](mlir::ValueRange values) -> Maybe {
    auto ranges = ofAll(values);
    if (!ranges || ranges->empty())
      return std::nullopt;
    return std::accumulate(ranges->begin(), ranges->end(), ranges->front(), hull);
  };
  if (auto node = mlir::dyn_cast<qnn::HostOp>(op)) {
    if (qnn::TakenValues taken = qnn::takenValues(node); !taken.values.empty()) {
      Maybe range = together(taken.values);
      return range && taken.addsZero ? Maybe(withZero(*range)) : range;
    }
    if (keepsNumbers(node))
      return settledOf(op->getOperand(0));
    auto ranges = isFloat(op->getResult(0)) ? std::nullopt : ofAll(op->getOperands());
    return ranges ? ofIntegers(node, *ranges) : std::nullopt;
  }
  if (qnn::movesElements(op))
    return together(qnn::movedOperands(op));
  // Of constants alone other passes make one.
  return uniformRange(op, [&](mlir::Value value) { return settledOf(value); });
}

Maybe ModelRanges::note(mlir::Operation *op, KnownRange known) {
  if (op->getNumResults() == 0)
    return std::nullopt;
  mlir::Value result = op->getResult(0);
  if (isBool(result) || op->hasTrait<mlir::OpTrait::ConstantLike>())
    return std::nullopt;
  Maybe range = settledResult(op);
  settled[result] = range;
  if (range)
    return withZero(*range);
  llvm::SmallVector<mlir::Value> taken = qnn::takenValues(op).values;
  if (taken.empty() || !isFloat(result))
    return std::nullopt;
  Interval all(0, 0);
  for (mlir::Value value : taken) {
    Maybe one = settledOf(value);
    if (!one && !(one = known(value)))
      return std::nullopt;
    all = hull(all, *one);
  }
  return all;
}
