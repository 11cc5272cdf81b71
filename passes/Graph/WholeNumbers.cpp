//===- WholeNumbers.cpp - Roundings that change nothing -------------------===//
//
// A model that rounds, limits and casts to integers rounds twice. On hardware
// each rounding is a table, of 16 bits an interpolated one: 255 comes out of the
// first as 254.99, and of the second as 254.
//
//===----------------------------------------------------------------------===//
#include "Graph/WholeNumbers.h"

#include "Graph/Limits.h"
#include "tare/Dialect/Qnn/Grid.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include <cmath>

using namespace mlir;
using namespace tare;

namespace {

bool isWholeEnd(double end) { return std::isinf(end) || end == std::nearbyint(end); }

/// Whether whole numbers stay such, and a rounding before the op is one behind it: of movements, and of limits that are
/// whole.
bool keepsWhole(Operation *op) {
  if (auto limits = limitsOf(op))
    return isWholeEnd(limits->first) && isWholeEnd(limits->second);
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  return gridOp && gridOp.isRearrangement() && op->getNumOperands() == 1;
}

bool isWhole(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && keepsWhole(op))
    op = op->getOperand(0).getDefiningOp();
  return isa_and_present<qnn::NearestOp, qnn::FloorOp, qnn::CeilOp, qnn::TruncateOp>(op);
}

template <typename OpTy> struct RoundedAlready : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op, PatternRewriter &rewriter) const final {
    if (!isWhole(op->getOperand(0)))
      return rewriter.notifyMatchFailure(op, "reads numbers that may not be whole");
    rewriter.replaceOp(op, op->getOperand(0));
    return mlir::success();
  }
};

/// (A2) Rounds half to even, as qnn.nearest does.
struct RoundedByQuantizer : OpRewritePattern<quant::QuantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp cast, PatternRewriter &rewriter) const final {
    std::optional<qnn::Grid> grid = qnn::Grid::of(cast.getType());
    constexpr unsigned mostBits = 16;
    if (!grid || !grid->isPerTensor() || grid->scale() != 1 || grid->bits > mostBits)
      return rewriter.notifyMatchFailure(cast, "has other steps than 1, or is an accumulator");
    Operation *op = cast.getInput().getDefiningOp();
    while (op && keepsWhole(op) && op->hasOneUse())
      op = op->getOperand(0).getDefiningOp();
    auto nearest = dyn_cast_if_present<qnn::NearestOp>(op);
    if (!nearest || !nearest->hasOneUse())
      return rewriter.notifyMatchFailure(cast, "nothing before it rounds to the nearest whole number for it alone");
    rewriter.replaceOp(nearest, nearest.getInput());
    return mlir::success();
  }
};

} // namespace

void tare::addWholeNumbersPatterns(RewritePatternSet &patterns) {
  patterns.add<RoundedAlready<qnn::TruncateOp>, RoundedAlready<qnn::NearestOp>, RoundedAlready<qnn::FloorOp>,
               RoundedAlready<qnn::CeilOp>, RoundedByQuantizer>(patterns.getContext());
}
