//===- ImpliedRanges.cpp - What operands' ranges say of a result ----------===//
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>

using namespace tare::qnn;

namespace {

/// The fused activation limits what the op computes.
Interval limited(std::optional<ClampAttr> clamp, Interval range) {
  if (!clamp)
    return range;
  auto limit = [&](double number) { return std::clamp(number, clamp->getMin(), clamp->getMax()); };
  return {limit(range.first), limit(range.second)};
}

Interval product(const Interval &a, const Interval &b) {
  auto [least, greatest] =
      std::minmax({a.first * b.first, a.first * b.second, a.second * b.first, a.second * b.second});
  return {least, greatest};
}

} // namespace

std::optional<Interval> AddOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), {operands[0].first + operands[1].first, operands[0].second + operands[1].second});
}

std::optional<Interval> SubOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), {operands[0].first - operands[1].second, operands[0].second - operands[1].first});
}

std::optional<Interval> MulOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  return limited(getClamp(), product(operands[0], operands[1]));
}

std::optional<Interval> DivOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  const Interval &divisor = operands[1];
  if (divisor.first <= 0 && divisor.second >= 0)
    return std::nullopt;
  return limited(getClamp(), product(operands[0], {1 / divisor.second, 1 / divisor.first}));
}

std::optional<Interval> MatMulOp::getImpliedRange(llvm::ArrayRef<Interval> operands) {
  auto [least, greatest] = product(operands[0], operands[1]);
  double terms = double(getLhs().getType().getShape().back());
  return limited(getClamp(), {terms * least, terms * greatest});
}
