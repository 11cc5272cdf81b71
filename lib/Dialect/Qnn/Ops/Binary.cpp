//===- Binary.cpp - Two operands, broadcasting ----------------------------===//
//
// The limits of operands (getOperandLimits) are (A53) of docs/arithmetic.md.
//
//===----------------------------------------------------------------------===//
#include "Intervals.h"
#include "Scales.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;
using namespace tare::qnn;

namespace {

/// M = [Sa / Sy, +-Sb / Sy]
Scales sumScales(Value a, Value b, Value y, double sign) { return {ratio(a, y), sign * ratio(b, y)}; }

/// The numbers by which a factor's elements limit the other one: all of a constant but 0, or the ends of one sign.
SmallVector<double> limitingFactors(Value factor, const ElementBounds &bounds) {
  auto [least, greatest] = knownOf(factor, bounds);
  if (!std::isfinite(least) || !std::isfinite(greatest))
    return {};
  if (least > 0 || greatest < 0)
    return {least, greatest};
  ElementsAttr constant = constantValue(factor);
  if (!constant || !constant.getElementType().isF32())
    return {};
  tare::Tensor elements = toTensor(constant);
  SmallVector<double> factors;
  std::copy_if(elements.as<float>(), elements.as<float>() + elements.count(), std::back_inserter(factors),
               [](float x) { return x != 0; });
  return factors;
}

/// What a constant factor of an activation need not be beyond: on its grid the activation is 0, or not nearer to it
/// than a step. Only of a mask's number, which is large: of others what rounding the activation costs is to be seen.
Interval factorLimits(Interval result, Value constant, Value activation, const ElementBounds &bounds) {
  constexpr double leastMaskNumber = 64;
  auto [least, greatest] = knownOf(activation, bounds);
  const double step = bounds.leastStep(activation), low = std::min(result.first, 0.0) / step,
               high = std::max(result.second, 0.0) / step;
  if (!(step > 0) || !std::isfinite(greatest - least))
    return everyElementMatters;
  const Interval rising = greatest > 0 ? Interval(low, high) : Interval(0, 0),
                 falling = least < 0 ? Interval(-high, -low) : Interval(0, 0);
  const Interval limits(std::min(rising.first, falling.first), std::max(rising.second, falling.second));
  auto [lowest, highest] = knownOf(constant, bounds);
  return std::max(-lowest, highest) >= leastMaskNumber ? limits : everyElementMatters;
}

} // namespace

std::optional<Interval> AddOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), {operands[0].first + operands[1].first, operands[0].second + operands[1].second});
}

Interval AddOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  auto [least, greatest] = knownOf(getOperand(1 - operand), bounds);
  return {floor - greatest, ceiling - least};
}

Scales AddOp::getEffectiveScales() { return sumScales(getLhs(), getRhs(), getResult(), 1); }

Reaches AddOp::getReaches() { return {distanceOf(getLhs()), distanceOf(getRhs())}; }

bool AddOp::sharesShift() { return true; }

std::optional<Interval> SubOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), {operands[0].first - operands[1].second, operands[0].second - operands[1].first});
}

/// What is subtracted makes the result smaller where it rises.
Interval SubOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  auto [least, greatest] = knownOf(getOperand(1 - operand), bounds);
  return operand == 0 ? Interval(floor + least, ceiling + greatest) : Interval(least - ceiling, greatest - floor);
}

bool SubOp::isMonotone() { return false; }

bool SubOp::isMonotoneByOperand() { return true; }

Scales SubOp::getEffectiveScales() { return sumScales(getLhs(), getRhs(), getResult(), -1); }

Reaches SubOp::getReaches() { return {distanceOf(getLhs()), distanceOf(getRhs())}; }

bool SubOp::sharesShift() { return true; }

std::optional<Interval> MulOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), product(operands[0], operands[1]));
}

/// Negative factors turn floors into ceilings.
Interval MulOp::getOperandLimits(unsigned operand, Interval result, const ElementBounds &bounds) {
  SmallVector<double> factors = limitingFactors(getOperand(1 - operand), bounds);
  auto [floor, ceiling] = beforeClamp(getClamp(), result);
  if (factors.empty())
    return constantValue(getOperand(operand))
               ? factorLimits({floor, ceiling}, getOperand(operand), getOperand(1 - operand), bounds)
               : everyElementMatters;
  Interval limits = {HUGE_VAL, -HUGE_VAL};
  for (double factor : factors) {
    double low = floor / factor, high = ceiling / factor;
    limits = {std::min({limits.first, low, high}), std::max({limits.second, low, high})};
  }
  return limits;
}

bool MulOp::isMonotone() {
  auto isPositive = [](Value value) {
    ElementsAttr constant = constantValue(value);
    if (!constant || !constant.getElementType().isF32())
      return false;
    tare::Tensor elements = toTensor(constant);
    return std::all_of(elements.as<float>(), elements.as<float>() + elements.count(), [](float x) { return x > 0; });
  };
  return isPositive(getLhs()) || isPositive(getRhs());
}

bool MulOp::isMonotoneByOperand() { return true; }

Scales MulOp::getEffectiveScales() { return {productScale(getLhs(), getRhs(), getResult())}; }

bool MulOp::mayHaveFunction() { return true; }

Reaches MulOp::getReaches() { return {distanceOf(getLhs()) * distanceOf(getRhs())}; }

std::optional<Interval> DivOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  const Interval &divisor = operands[1];
  if (divisor.first <= 0 && divisor.second >= 0)
    return std::nullopt;
  return limited(getClamp(), product(operands[0], {1 / divisor.second, 1 / divisor.first}));
}
