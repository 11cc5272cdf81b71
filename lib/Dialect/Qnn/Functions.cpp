//===- Functions.cpp - The functions of unary ops -------------------------===//
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>
#include <cmath>

using namespace tare::qnn;

double ReluOp::evaluate(double x, int64_t) { return std::max(x, 0.0); }

double SigmoidOp::evaluate(double x, int64_t) { return 1.0 / (1.0 + std::exp(-x)); }

double TanhOp::evaluate(double x, int64_t) { return std::tanh(x); }

double HardSwishOp::evaluate(double x, int64_t) { return x * std::clamp(x / 6.0 + 0.5, 0.0, 1.0); }

double ReciprocalOp::evaluate(double x, int64_t) { return 1.0 / x; }

double ClipOp::evaluate(double x, int64_t) {
  return std::min(std::max(x, getInterval().getMin()), getInterval().getMax());
}

double TruncateOp::evaluate(double x, int64_t) { return std::trunc(x); }

double LeakyReluOp::evaluate(double x, int64_t) { return x < 0 ? getAlpha().convertToDouble() * x : x; }

double HardSigmoidOp::evaluate(double x, int64_t) {
  return std::clamp(getAlpha().convertToDouble() * x + getBeta().convertToDouble(), 0.0, 1.0);
}

double PReluOp::evaluate(double x, int64_t channel) {
  llvm::ArrayRef<double> slope = getSlope();
  return x < 0 ? slope[slope.size() == 1 ? 0 : channel] * x : x;
}

std::optional<int64_t> PReluOp::getFunctionAxis() {
  return getSlope().size() == 1 ? std::nullopt : std::optional<int64_t>(1);
}

std::pair<double, double> ReluOp::getImage() { return {0.0, HUGE_VAL}; }

std::pair<double, double> SigmoidOp::getImage() { return {0.0, 1.0}; }

std::pair<double, double> TanhOp::getImage() { return {-1.0, 1.0}; }

std::pair<double, double> HardSigmoidOp::getImage() { return {0.0, 1.0}; }

std::pair<double, double> ClipOp::getImage() { return {getInterval().getMin(), getInterval().getMax()}; }
