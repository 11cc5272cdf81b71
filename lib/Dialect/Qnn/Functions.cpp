//===- Functions.cpp - The functions of unary ops -------------------------===//
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Program/program_generated.h"

using namespace tare::qnn;
using Kind = tare::program::FunctionKind;

Function ReluOp::getFunction() { return {Kind::relu}; }

Function ClipOp::getFunction() { return {Kind::clip, {getInterval().getMin(), getInterval().getMax()}}; }

Function SigmoidOp::getFunction() { return {Kind::sigmoid}; }

Function TanhOp::getFunction() { return {Kind::tanh}; }

Function HardSwishOp::getFunction() { return {Kind::hard_swish}; }

Function SwishOp::getFunction() { return {Kind::swish}; }

Function ReciprocalOp::getFunction() { return {Kind::reciprocal}; }

Function LeakyReluOp::getFunction() { return {Kind::leaky_relu, {getAlpha().convertToDouble()}}; }

Function HardSigmoidOp::getFunction() {
  return {Kind::hard_sigmoid, {getAlpha().convertToDouble(), getBeta().convertToDouble()}};
}

Function TruncateOp::getFunction() { return {Kind::truncate}; }

/// A leaky relu whose slope may differ by channel.
Function PReluOp::getFunction() { return {Kind::leaky_relu, llvm::SmallVector<double, 2>(getSlope())}; }

std::optional<int64_t> PReluOp::getFunctionAxis() {
  return getSlope().size() == 1 ? std::nullopt : std::optional<int64_t>(1);
}

std::pair<double, double> ReluOp::getImage() { return {0.0, HUGE_VAL}; }

std::pair<double, double> SigmoidOp::getImage() { return {0.0, 1.0}; }

std::pair<double, double> TanhOp::getImage() { return {-1.0, 1.0}; }

std::pair<double, double> HardSigmoidOp::getImage() { return {0.0, 1.0}; }

std::pair<double, double> ClipOp::getImage() { return {getInterval().getMin(), getInterval().getMax()}; }
