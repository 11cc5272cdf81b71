//===- UnifyWidths.cpp - Where 8 and 16 bits meet -------------------------===//
//
// Invariant: afterwards the activations that an op reads, and the integers that
// its result is quantized to, have one width, but for ops whose fusion
// requantizes them anyway, and for accumulators that leave as they are; and
// that is 16 bits where the target has no operator for 8.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/Multiplier.h"
#include "Arithmetic/TargetOperators.h"
#include "Quantize/GivenGrids.h"
#include "Remarks.h"
#include "tare/Dialect/Npu/NpuAttributes.h"
#include "tare/Passes/Passes.h"

#include <algorithm>

namespace tare {
#define GEN_PASS_DEF_UNIFYWIDTHS
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::Grid;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

constexpr unsigned wideBits = 16;

/// |q - Z| at most.

/// (A49) The grid of 16 bits that has 2^fineness steps in each of `narrow`, and zero point 0.
Grid wideGrid(const Grid &narrow, int fineness) { return gridAround(narrow, wideBits, fineness); }

/// The largest fineness at which the wide grid holds all of `narrow`.
int largestFineness(const Grid &narrow) {
  int fineness = 0;
  while (narrow.reach() << (fineness + 1) < int64_t(1) << (wideBits - 1))
    ++fineness;
  return fineness;
}

struct UnifyWidths : tare::impl::UnifyWidthsBase<UnifyWidths> {
  void runOnFunction() final {
    FailureOr<Target> target = npu::getTarget(getOperation());
    if (failed(target))
      return signalPassFailure();
    limits = wholeLimits(*target);
    SmallVector<GridOpInterface> ops;
    getOperation().walk([&](GridOpInterface op) { ops.push_back(op); });
    for (GridOpInterface op : ops) {
      const bool lacksNarrow = isComputedWide(op, *target) && hasActivations(op);
      if ((roundsToOwnGrid(op) || lacksNarrow) && !op.changesWidth() && !op->hasAttr(qnn::inLayerAttrName))
        unify(op, lacksNarrow);
    }
  }

private:
  MultiplierLimits limits;

  /// Others keep their integers, whatever grid these go to behind.
  static bool roundsToOwnGrid(GridOpInterface op) {
    return op.getGridRule() == GridRule::Own || op.getGridRule() == GridRule::Bounded || op.mayRescale();
  }

  /// Whether it computes in integers: what stays float moves elements out of the graph.
  static bool hasActivations(GridOpInterface op) { return gridBehind(op->getOperand(0)).has_value(); }

  /// `wide`: whatever the activations are.
  void unify(GridOpInterface op, bool wide) {
    SmallVector<OpOperand *> operands = activationsOf(op);
    SmallVector<quant::QuantizeCastOp> casts = castsOf(op);
    auto isWide = [](const Grid &grid) { return grid.bits == wideBits; };
    wide = wide || llvm::any_of(operands, [&](OpOperand *operand) { return isWide(*gridBehind(operand->get())); }) ||
           llvm::any_of(casts, [&](quant::QuantizeCastOp cast) { return isWide(*Grid::of(cast.getType())); });
    if (!wide)
      return;
    for (OpOperand *operand : operands)
      if (Grid grid = *gridBehind(operand->get()); !isWide(grid))
        widenOperand(op, *operand, grid);
    for (quant::QuantizeCastOp cast : casts)
      if (Grid grid = *Grid::of(cast.getType()); !isWide(grid))
        widenResult(op, cast, grid);
  }

  static SmallVector<OpOperand *> activationsOf(GridOpInterface op) {
    SmallVector<OpOperand *> operands;
    for (OpOperand &operand : op->getOpOperands())
      if (!op.takesAxisGrid(operand) && gridBehind(operand.get()))
        operands.push_back(&operand);
    return operands;
  }

  /// But for those of accumulators.
  static SmallVector<quant::QuantizeCastOp> castsOf(GridOpInterface op) {
    SmallVector<quant::QuantizeCastOp> casts;
    for (Operation *user : op->getResult(0).getUsers())
      if (auto cast = dyn_cast<quant::QuantizeCastOp>(user); cast && !qnn::isAccumulator(cast.getType()))
        casts.push_back(cast);
    return casts;
  }

  /// (A49) A sum of products keeps the scale, and with it the grid of its bias. All others get as fine a grid as there
  /// is: an interpolated table has its entries at multiples of 128 (A24), where each integer of 8 bits then lies.
  void widenOperand(GridOpInterface op, OpOperand &operand, const Grid &grid) {
    int fineness = isa<qnn::AccumulatorOpInterface>(op.getOperation()) ? 0 : std::min(7, largestFineness(grid));
    while (fineness > 0 && decompose(std::ldexp(1.0, fineness), limits).q < limits.shiftMin)
      --fineness;
    remarkPassed(op, "tare-unify-widths", "OperandWidened");
    OpBuilder builder(op);
    std::string layer = qnn::layerName(op) + "_operand" + std::to_string(operand.getOperandNumber()) + "_widened";
    operand.set(castBothWays(builder, operand.get(), wideGrid(grid, fineness), layer));
  }

  void widenResult(GridOpInterface op, quant::QuantizeCastOp cast, const Grid &grid) {
    remarkPassed(op, "tare-unify-widths", "ResultWidened");
    OpBuilder builder(cast);
    // It reaches twice as far as the narrow one: what is cut off is cut off there, behind a table's last line. A result
    // on its operand's grid stays there.
    const bool rounds = roundsToOwnGrid(op);
    Grid wide = wideGrid(grid, rounds ? largestFineness(grid) - 1 : std::min(7, largestFineness(grid)));
    cast.getInputMutable().assign(castBothWays(builder, cast.getInput(), wide, qnn::layerName(op) + "_widened"));
  }
};

} // namespace
