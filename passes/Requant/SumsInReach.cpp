//===- SumsInReach.cpp - Sums far finer than their operands ---------------===//
#include "Requant/SumsInReach.h"

#include "Arithmetic/Grids.h"
#include "Arithmetic/Multiplier.h"
#include "Requant/Cause.h"
#include "Requant/OutputEnds.h"
#include "Requant/SumCosts.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Repairs.h"

#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

/// As wide as `like`, around 0, with steps of `scale`.
Grid centeredGrid(const Grid &like, double scale) {
  Grid grid = like;
  grid.max = (int64_t(1) << (like.bits - 1)) - 1;
  grid.min = -grid.max;
  grid.scales = {scale};
  grid.zeroPoints = {0};
  return grid;
}

/// One sum, while it is changed.
class FarSum {
public:
  FarSum(qnn::RequantOpInterface op, const Target &target)
      : op(op), each(eachLimits(target)), whole(wholeLimits(target)) {}

  void bringInReach() {
    // What has become finer once, as far as one shift reaches, may have to be once more.
    while (shift() < each.shiftMin && refine(coarserOperand())) {
    }
    if (shift() < each.shiftMin)
      coarsenResult();
  }

private:
  int shift() { return decomposeShared(op.getEffectiveScales(), each).front().q; }

  unsigned coarserOperand() {
    SmallVector<double> scales = op.getEffectiveScales();
    return std::abs(scales[1]) > std::abs(scales[0]) ? 1 : 0;
  }

  /// The result's ends, from its zero point.
  std::pair<double, double> ends() {
    auto [low, high] = outputEndsOf(op);
    double zero = double(Grid::of(op->getResult(0).getType())->zeroPoint());
    return {double(low) - zero, double(high) - zero};
  }

  /// Of how many times finer steps, as a power of two, the operand still goes on to where the result is at its end
  /// whatever the other operand is.
  int fineness(unsigned operand) {
    SmallVector<double> scales = op.getEffectiveScales();
    SmallVector<int64_t> reaches = op.getReaches();
    auto [low, high] = ends();
    double far = std::max(high, -low) + 1 + double(reaches[1 - operand]) * std::abs(scales[1 - operand]);
    const Grid grid = *Grid::of(op->getOperand(operand).getType());
    double end = double(centeredGrid(grid, 1).max) * std::abs(scales[operand]);
    int fineness = end > far ? int(std::floor(std::log2(end / far))) : 0;
    while (fineness > 0 && decompose(std::ldexp(1.0, fineness), whole).q < whole.shiftMin)
      --fineness;
    return fineness;
  }

  bool refine(unsigned index) {
    const int finer = fineness(index);
    if (finer == 0)
      return false;
    report("FinerOperand", 0, causeOfLargeScale(op),
           llvm::formatv("layer '{0}', operand {1}: {2}, so it becomes 2^{3} times finer first, up to where the result "
                         "is at its end anyway, at the cost of at most 0 LSB of the output",
                         qnn::layerName(op), index, want(), finer)
               .str());
    OpOperand &operand = op->getOpOperand(index);
    const Grid grid = *Grid::of(operand.get().getType());
    Type type = onGrid(operand.get().getType(), centeredGrid(grid, std::ldexp(grid.scale(), -finer)));
    std::string layer = qnn::layerName(op) + "_operand" + std::to_string(index) + "_finer";
    OpBuilder builder(op);
    Location loc = qnn::nameLoc(op->getContext(), layer, qnn::valueName(operand.get()));
    operand.set(requantized(builder, loc, operand.get(), cast<RankedTensorType>(type)));
    return true;
  }

  static Value requantized(OpBuilder &builder, Location loc, Value value, RankedTensorType type) {
    ElementsAttr integers = qnn::constantValue(value);
    if (!integers)
      return qnn::RequantizeOp::create(builder, loc, type, value);
    Tensor on = constantOnGrid(dequantized(qnn::toTensor(integers), value.getType()), type);
    return qnn::ConstantOp::create(builder, loc, type, qnn::toAttr(qnn::storageType(type), on, qnn::valueName(value)));
  }

  /// Both operands are far coarser than the result: it is rounded to what they reach, and then becomes finer.
  void coarsenResult() {
    Value result = op->getResult(0);
    const Grid fine = *Grid::of(result.getType());
    auto [low, high] = ends();
    int coarser = each.shiftMin - shift();
    while (std::ldexp(double(centeredGrid(fine, 1).max), coarser) < std::max(high, -low))
      ++coarser;
    const std::string wanted = want();
    const Cause cause = causeOfLargeScale(op);
    const SumCosts exact(op);
    const auto fineType = cast<RankedTensorType>(result.getType());
    result.setType(onGrid(fineType, centeredGrid(fine, std::ldexp(fine.scale(), coarser))));
    const double cost = exact.worst(decomposeShared(op.getEffectiveScales(), each), coarser);
    report("CoarserSum", cost, cause,
           llvm::formatv("layer '{0}': {1}, so the sum is rounded to 2^{2} times coarser steps first, at the cost of "
                         "at most {3} LSB of the output",
                         qnn::layerName(op), wanted, coarser, costText(cost))
               .str());
    makeFiner(fineType);
  }

  /// The fused activation limits the result that is left: on the coarser grid its ends are rounded.
  void makeFiner(RankedTensorType type) {
    Value sum = op->getResult(0);
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfter(op);
    Location loc = qnn::nameLoc(op->getContext(), qnn::layerName(op) + "_finer", qnn::valueName(sum));
    auto fused = cast<qnn::ClampOpInterface>(op.getOperation());
    std::optional<qnn::ClampAttr> clamp = fused.getClamp();
    Value finer = clamp ? Value(qnn::ClipOp::create(builder, loc, type, sum, *clamp))
                        : Value(qnn::RequantizeOp::create(builder, loc, type, sum));
    sum.replaceAllUsesExcept(finer, finer.getDefiningOp());
    if (clamp)
      fused.setClampAttr({});
  }

  /// "needs q = -4, the target has q in [0, 31] (effective scales 3.6e+05 and 1.1e+00)"
  std::string want() {
    SmallVector<double> scales = op.getEffectiveScales();
    return llvm::formatv("needs q = {0}, the target has q in [{1}, {2}] (effective scales {3:e4} and {4:e4})", shift(),
                         each.shiftMin, each.shiftMax, scales[0], scales[1])
        .str();
  }

  void report(StringRef kind, double cost, const Cause &cause, const std::string &text) {
    reportRepair(op, {kind, 1, cost, true, cause.kind, cause.remedy}, text + ": " + cause.text);
  }

  qnn::RequantOpInterface op;
  MultiplierLimits each, whole;
};

} // namespace

void tare::bringSumsInReach(Operation *root, const Target &target) {
  SmallVector<qnn::RequantOpInterface> sums;
  root->walk([&](qnn::RequantOpInterface op) {
    std::optional<Grid> grid = op->getNumResults() == 1 ? Grid::of(op->getResult(0).getType()) : std::nullopt;
    constexpr unsigned accumulatorBits = 32;
    if (op.sharesShift() && grid && grid->bits < accumulatorBits)
      sums.push_back(op);
  });
  for (qnn::RequantOpInterface op : sums)
    FarSum(op, target).bringInReach();
}
