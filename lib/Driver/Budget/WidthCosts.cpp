//===- WidthCosts.cpp - What 16 bits cost ---------------------------------===//
#include "Driver/Budget/WidthCosts.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <algorithm>

using namespace mlir;
using namespace tare;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

int64_t elementsOf(Value value) { return cast<RankedTensorType>(value.getType()).getNumElements(); }

/// Of a product with weights, or of two activations; 0 of others.
int64_t macsOf(Operation *op) {
  if (auto layer = dyn_cast<qnn::AccumulatorOpInterface>(op))
    return elementsOf(op->getResult(0)) * (elementsOf(layer.getWeightOperand().get()) / layer.getOutputChannels());
  if (auto product = dyn_cast<qnn::MatMulOp>(op))
    return elementsOf(op->getResult(0)) * cast<RankedTensorType>(product.getLhs().getType()).getShape().back();
  return 0;
}

bool keepsGrid(GridOpInterface op) { return op && op.getGridRule() == GridRule::Same; }

} // namespace

WidthCosts::WidthCosts(func::FuncOp real, const std::vector<Candidate> &candidates) : stepsOf(candidates.size()) {
  // What is wide in any case costs no more.
  for (size_t i = 0; i != candidates.size(); ++i)
    for (Value value : candidates[i].values)
      if (!candidates[i].isAlwaysWide())
        owners[value] = i;
  for (Operation &op : real.front().without_terminator())
    addStep(&op);
}

void WidthCosts::addStep(Operation *op) {
  auto grid = dyn_cast<GridOpInterface>(op);
  if (auto owner = keepsGrid(grid) ? owners.find(op->getOperand(0)) : owners.end(); owner != owners.end()) {
    const size_t candidate = owner->second;
    owners.try_emplace(op->getResult(0), candidate);
  }
  Step step;
  step.macs = macsOf(op);
  step.unifies = grid && !keepsGrid(grid);
  for (Value operand : op->getOperands()) {
    addSide(step.operands, operand);
    if (!owners.contains(operand) && qnn::isFloatTensor(operand) && !qnn::constantValue(operand))
      step.operands.push_back({elementsOf(operand), std::nullopt});
  }
  for (Value result : op->getResults())
    addSide(step.results, result);
  allMacs += step.macs;
  steps.push_back(std::move(step));
}

/// Of the step that is being added.
void WidthCosts::addSide(std::vector<Side> &sides, Value value) {
  auto owner = owners.find(value);
  if (owner == owners.end())
    return;
  sides.push_back({elementsOf(value), owner->second});
  allBytes += elementsOf(value);
  if (std::vector<size_t> &known = stepsOf[owner->second]; known.empty() || known.back() != steps.size())
    known.push_back(steps.size());
}

WidthCost WidthCosts::costOf(const Step &step, const std::vector<bool> &isWide, size_t changed,
                             bool isChangedWide) const {
  // Of 8 bits; a requantization reads one width and writes the other.
  constexpr int64_t narrow = 1, wide = 2, requantized = narrow + wide;
  auto hasWide = [&](const Side &side) {
    return side.candidate == changed ? isChangedWide : side.candidate && isWide[*side.candidate];
  };
  const bool computesWide =
      step.unifies && (std::ranges::any_of(step.operands, hasWide) || std::ranges::any_of(step.results, hasWide));
  WidthCost cost;
  cost.macs = computesWide ? step.macs : 0;
  for (const std::vector<Side> *sides : {&step.operands, &step.results})
    for (const Side &side : *sides) {
      if (side.candidate)
        cost.bytes += side.elements * (hasWide(side) || computesWide ? wide : narrow);
      cost.bytes += computesWide && !hasWide(side) ? side.elements * requantized : 0;
    }
  return cost;
}

WidthCost WidthCosts::added(size_t candidate, const std::vector<bool> &isWide) const {
  WidthCost added;
  for (size_t i : stepsOf[candidate]) {
    const WidthCost with = costOf(steps[i], isWide, candidate, true),
                    without = costOf(steps[i], isWide, candidate, false);
    added.bytes += with.bytes - without.bytes;
    added.macs += with.macs - without.macs;
  }
  return added;
}

double WidthCosts::shareOf(const WidthCost &cost) const {
  return double(cost.bytes) / double(std::max<int64_t>(allBytes, 1)) +
         double(cost.macs) / double(std::max<int64_t>(allMacs, 1));
}
