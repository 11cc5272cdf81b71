//===- Functions.cpp - The functions of unary ops with more than a record -===//
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Program/program_generated.h"

using namespace tare::qnn;
using Kind = tare::program::FunctionKind;

Function ReluOp::getFunction() { return {Kind::relu}; }

std::pair<double, double> ReluOp::getImage() { return {0.0, HUGE_VAL}; }

Function ClipOp::getFunction() { return {Kind::clip, {getInterval().getMin(), getInterval().getMax()}}; }

std::pair<double, double> ClipOp::getImage() { return {getInterval().getMin(), getInterval().getMax()}; }

/// A leaky relu whose slope may differ by channel.
Function PReluOp::getFunction() { return {Kind::leaky_relu, llvm::SmallVector<double, 2>(getSlope())}; }

std::optional<int64_t> PReluOp::getFunctionAxis() {
  return getSlope().size() == 1 ? std::nullopt : std::optional<int64_t>(1);
}
