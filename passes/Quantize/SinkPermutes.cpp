//===- SinkPermutes.cpp - Transposes below dequantizations ----------------===//
//
// Invariant: afterwards no transpose stands between an op and the cast that is
// its result's only reader, unless a remark says why: the op's accumulator can
// leave as it is, and the transpose is the host's or the layout's to deal with.
//
//===----------------------------------------------------------------------===//
#include "Remarks.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_SINKPERMUTES
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;
using qnn::TransposeOp;

namespace {

constexpr StringLiteral passName = "tare-sink-permutes";

/// The tensor type of `shape` on the grid of `quantizedType`, whose axis i is axis `axes[i]` of the new type.
RankedTensorType moveAxis(Type quantizedType, ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  qnn::Grid grid = *qnn::Grid::of(quantizedType);
  if (grid.axis)
    grid.axis = axes[*grid.axis];
  return RankedTensorType::get(shape, grid.type(quantizedType.getContext()));
}

/// transpose -> dequantize becomes dequantize -> transpose.
struct SinkBelowDequantize : OpRewritePattern<quant::DequantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::DequantizeCastOp op, PatternRewriter &rewriter) const final {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not behind a transpose");
    if (!transpose->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the transpose has another user");
    if (!op->hasOneUse())
      return rewriter.notifyMatchFailure(op, "the dequantize has another user");
    remarkPassed(transpose, passName, "Sunk");
    auto type = cast<RankedTensorType>(transpose.getInput().getType()).clone(Float32Type::get(op.getContext()));
    auto dequantized = quant::DequantizeCastOp::create(rewriter, op.getLoc(), type, transpose.getInput());
    auto moved =
        TransposeOp::create(rewriter, transpose.getLoc(), op.getType(), dequantized, transpose.getPermutation());
    rewriter.replaceOp(op, moved);
    rewriter.eraseOp(transpose);
    return mlir::success();
  }
};

/// op -> transpose -> quantize, all of it read once, becomes op -> quantize -> transpose.
struct SinkBelowQuantize : OpRewritePattern<quant::QuantizeCastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp op, PatternRewriter &rewriter) const final {
    auto transpose = op.getInput().getDefiningOp<TransposeOp>();
    if (!transpose)
      return rewriter.notifyMatchFailure(op, "not behind a transpose");
    Value input = transpose.getInput();
    if (!input.getDefiningOp() || input.getDefiningOp<quant::DequantizeCastOp>())
      return rewriter.notifyMatchFailure(op, "the transpose is not behind an op that computes");
    if (!transpose->hasOneUse() || !input.hasOneUse())
      return rewriter.notifyMatchFailure(op, "the transpose or its operand has another user");
    remarkPassed(transpose, passName, "Sunk");
    // Result axis i of the transpose is operand axis permutation[i].
    auto shape = cast<RankedTensorType>(input.getType()).getShape();
    auto type = moveAxis(op.getType(), shape, transpose.getPermutation());
    auto quantized = quant::QuantizeCastOp::create(rewriter, op.getLoc(), type, input);
    auto moved = TransposeOp::create(rewriter, transpose.getLoc(), op.getType(), quantized, transpose.getPermutation());
    rewriter.replaceOp(op, moved);
    rewriter.eraseOp(transpose);
    return mlir::success();
  }
};

/// Says why a transpose stays above a dequantization.
void explain(quant::DequantizeCastOp op) {
  auto transpose = op.getInput().getDefiningOp<TransposeOp>();
  if (!transpose)
    return;
  auto remark = remarkMissed(transpose, passName, "NotSunk");
  if (!transpose->hasOneUse())
    remark << remark::reason("the transpose has another user than '{0}'", qnn::layerName(op));
  else
    remark << remark::reason("the dequantize '{0}' has {1} users", qnn::layerName(op),
                             std::distance(op->use_begin(), op->use_end()));
}

struct SinkPermutes : tare::impl::SinkPermutesBase<SinkPermutes> {
  void runOnFunction() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<SinkBelowDequantize, SinkBelowQuantize>(&getContext());
    // Folding would take casts for the identity.
    GreedyRewriteConfig config;
    config.enableFolding(false).setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();
    getOperation().walk(explain);
  }
};

} // namespace
