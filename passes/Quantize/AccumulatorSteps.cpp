//===- AccumulatorSteps.cpp - Results as fine as their sums ---------------===//
#include "Quantize/AccumulatorSteps.h"
#include "Arithmetic/Multiplier.h"
#include "Graph/Affine.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace tare;
using qnn::AccumulatorOpInterface;
using qnn::Grid;

std::optional<double> AccumulatorSteps::stepOf(OpOperand &operand) const {
  if (ElementsAttr constant = floatConstantValue(operand.get()))
    return moved.gridOf(operand, constant, rule).scale();
  std::optional<Grid> grid = groups.contains(operand.get()) ? groups.grid(operand.get()) : gridBehind(operand.get());
  return grid && grid->isPerTensor() ? std::optional(grid->scale()) : std::nullopt;
}

std::optional<double> AccumulatorSteps::of(Operation *op) const {
  auto accumulator = dyn_cast<AccumulatorOpInterface>(op);
  std::optional<double> x = stepOf(accumulator ? accumulator.getActivationOperand() : op->getOpOperand(0)), w;
  if (!accumulator)
    w = stepOf(op->getOpOperand(1));
  else if (std::optional<Grid> grid = parameters.weightGridOf(accumulator))
    w = *llvm::max_element(grid->scales);
  return x && w ? std::optional(*x * *w) : std::nullopt;
}

void AccumulatorSteps::coarsenOutputs(ArrayRef<Operation *> ops) {
  constexpr int attempts = 8;
  Finer before;
  bool changed = true;
  for (int i = 0; changed && i < attempts; ++i) {
    changed = false;
    for (Operation *op : ops)
      if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op))
        changed |= coarsenOutput(accumulator, before);
  }
  for (auto [op, from] : before)
    reportCoarserResult(cast<AccumulatorOpInterface>(op), from);
}

void AccumulatorSteps::reportCoarserResult(AccumulatorOpInterface op, double from) const {
  const Grid to = *groups.grid(op->getResult(0));
  constexpr unsigned narrow = 8;
  const double cost = 0.5 * to.scale() / from;
  std::string text = llvm::formatv(
      "the grid of value '{0}' was finer than any shift of target '{1}' reaches from the accumulator: its "
      "scale {2:e3} is now {3:e3}, that of the accumulator, which costs at most {4:f1} LSB of the finer "
      "grid",
      qnn::valueName(op->getResult(0)), target.name, from, to.scale(), cost);
  std::string remedy = llvm::formatv("calibrate the value on data that exercises it, or make the steps of '{0}' finer: "
                                     "its numbers closer to each other{1}",
                                     qnn::valueName(op.getActivationOperand().get()),
                                     to.bits == narrow ? ", or of 16 bits (--activations i16)" : "");
  reportRepair(op, {"CoarserResult", 1, cost, true, "", remedy, to.bits > narrow}, text);
}

bool AccumulatorSteps::coarsenOutput(AccumulatorOpInterface op, Finer &before) {
  Value input = op.getActivationOperand().get(), result = op->getResult(0);
  if (!groups.contains(result))
    return false;
  std::optional<Grid> x = groups.contains(input) ? groups.grid(input) : gridBehind(input);
  std::optional<Grid> w = parameters.weightGridOf(op), y = groups.grid(result);
  if (!x || !w || !y || !y->isPerTensor())
    return false;
  double accumulator = x->scale() * *llvm::max_element(w->scales);
  MultiplierLimits limits = wholeLimits(target);
  if (decompose(accumulator / y->scale(), limits).q >= limits.shiftMin || !groups.coarsen(result, accumulator))
    return false;
  before.insert({op, y->scale()});
  return true;
}
