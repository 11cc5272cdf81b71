//===- CommonGrids.cpp - What sharing a grid costs ------------------------===//
#include "Quantize/CommonGrids.h"
#include "Quantize/FunctionRanges.h"
#include "Remarks.h"
#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Constants.h"

#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

//===----------------------------------------------------------------------===//
// Outputs that are read inside, too
//===----------------------------------------------------------------------===//

/// Whether `op` is a concatenation, or moves the elements of one.
bool joins(Operation *op) {
  return !qnn::allMadeFrom(op->getResult(0), qnn::movesElements, [](Value value) {
    Operation *maker = value.getDefiningOp();
    return !qnn::movesElements(maker) || cast<GridOpInterface>(maker).getGridRule() != GridRule::Unified;
  });
}

//===----------------------------------------------------------------------===//
// Costs
//===----------------------------------------------------------------------===//

/// An operand that is rounded to a grid coarser than its own range asks for.
struct Coarsened {
  GridOpInterface op;
  std::string value;
  double own, common;

  double ratio() const { return common / own; }
  double decibels() const { return 20 * std::log10(ratio()); }
};

/// What costs a bit or more is worth a remark.
constexpr double leastRatio = 2;
/// With fewer steps than this an operand is as good as lost.
constexpr double leastSteps = 16;

bool sharesStep(GridOpInterface op) {
  auto requant = dyn_cast<qnn::RequantOpInterface>(op.getOperation());
  return op.getGridRule() == GridRule::Unified || (requant && requant.sharesShift());
}

/// The most expensive first, equal ones in the order of the graph.
SmallVector<Coarsened> findCoarsened(func::FuncOp function, const GridGroups &groups, const OutputBoundary &boundary,
                                     const ActivationRule &rule) {
  SmallVector<Coarsened> found;
  for (auto op : function.getOps<GridOpInterface>()) {
    Value result = op->getResult(0);
    std::optional<Grid> grid = groups.contains(result) ? groups.grid(result) : std::nullopt;
    if (!sharesStep(op) || boundary.moves(op) || !grid)
      continue;
    for (Value operand : op->getOperands()) {
      auto range = qnn::constantValue(operand) ? std::nullopt : neededRange(operand, rule);
      if (!range)
        continue;
      double own = activationGrid(range->first, range->second, rule).scale();
      if (grid->scale() >= leastRatio * own)
        found.push_back({op, qnn::valueName(operand), own, grid->scale()});
    }
  }
  llvm::stable_sort(found, [](const Coarsened &a, const Coarsened &b) { return a.ratio() > b.ratio(); });
  return found;
}

std::string text(const Coarsened &operand) {
  return llvm::formatv("'{0}' reads '{1}' in steps of {2:e2} instead of {3:e2} ({4:f0} dB)", qnn::layerName(operand.op),
                       operand.value, operand.common, operand.own, operand.decibels())
      .str();
}

} // namespace

void tare::separateOutputs(func::FuncOp function) {
  Block &body = function.getBody().front();
  // As qnn::ValuesReadBy, but what is cloned on the way takes readers along, and changes what is found of the rest.
  llvm::DenseSet<Value> leaving;
  auto takesOut = [&](Operation *user) {
    return user->hasTrait<OpTrait::IsTerminator>() ||
           (qnn::movesElements(user) && leaving.contains(user->getResult(0)));
  };
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body.without_terminator()))) {
    if (op.getNumResults() != 1 || op.use_empty() || llvm::none_of(op.getUsers(), takesOut))
      continue;
    Operation *leaves = &op;
    if (!llvm::all_of(op.getUsers(), takesOut)) {
      if (!joins(&op))
        continue;
      leaves = OpBuilder(&op).clone(op);
      op.getResult(0).replaceUsesWithIf(leaves->getResult(0), [&](OpOperand &use) { return takesOut(use.getOwner()); });
    }
    leaving.insert(leaves->getResult(0));
  }
}

void tare::reportCommonGrids(func::FuncOp function, const GridGroups &groups, const OutputBoundary &boundary,
                             const ActivationRule &rule, const Target &target, StringRef pass) {
  SmallVector<Coarsened> found = findCoarsened(function, groups, boundary, rule);
  for (const Coarsened &operand : found)
    remarkMissed(operand.op, pass, "CommonGrid") << remark::reason("{0}", text(operand));
  double most = std::ldexp(1.0, int(rule.bits)) / leastSteps;
  // What a sum hardly notices is no loss to it.
  llvm::erase_if(found, [&](Coarsened &operand) {
    return operand.op.getGridRule() != GridRule::Unified || operand.ratio() <= most;
  });
  bool hasWider = llvm::any_of(target.activations, [&](auto &format) { return 8 * sizeOf(format.type) > rule.bits; });
  for (const Coarsened &operand : found)
    // The cost is in steps of the operand's own grid.
    reportWarning(operand.op->getLoc(),
                  {"CommonGrid", "", qnn::layerName(operand.op), operand.ratio() / 2, CostUnit::lsb,
                   text(operand) + ", so that hardly one is left of it beside the larger ones that share its grid",
                   hasWider ? "keep 16-bit activations (--activations i16), or scale the operands alike in the model"
                            : "take a target with 16-bit activations, or scale the operands alike in the model"});
}
