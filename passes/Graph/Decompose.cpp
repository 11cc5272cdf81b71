//===- Decompose.cpp - Divisions into what hardware has -------------------===//
//
// Invariant: afterwards there is no division: hardware multiplies.
//
//===----------------------------------------------------------------------===//
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/Passes.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace tare {
#define GEN_PASS_DEF_DECOMPOSE
#include "tare/Passes/Passes.h.inc"
} // namespace tare

using namespace mlir;
using namespace tare;

namespace {

constexpr StringLiteral passName = "tare-decompose";

/// a / b becomes a * (1 / b), 1 / b a constant where b is one, dequantized or not.
struct DecomposeDiv : OpRewritePattern<qnn::DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::DivOp op, PatternRewriter &rewriter) const final {
    Value divisor = op.getRhs();
    std::string name = qnn::valueName(op.getResult()) + "_reciprocal";
    Location loc = qnn::nameLoc(op.getContext(), qnn::layerName(op) + "_reciprocal", name);
    Tensor known = realConstant(divisor);
    Value reciprocal;
    if (!known) {
      reciprocal = qnn::ReciprocalOp::create(rewriter, loc, divisor.getType(), divisor);
    } else {
      SmallVector<double> values(known.as<float>(), known.as<float>() + known.count());
      if (llvm::is_contained(values, 0.0))
        return rewriter.notifyMatchFailure(op, "divides by zero");
      for (double &value : values)
        value = 1.0 / value;
      reciprocal = floatConstant(rewriter, loc, cast<RankedTensorType>(divisor.getType()).getShape(), values, name);
    }
    remarkPassed(op, passName, "DivisionReplaced");
    Attribute range = op->getDiscardableAttr(qnn::rangeAttrName);
    auto product =
        rewriter.replaceOpWithNewOp<qnn::MulOp>(op, op.getType(), op.getLhs(), reciprocal, op.getClampAttr());
    if (range)
      product->setDiscardableAttr(qnn::rangeAttrName, range);
    eraseDeadConstants(rewriter, divisor);
    return mlir::success();
  }
};

struct Decompose : tare::impl::DecomposeBase<Decompose> {
  void runOnOperation() final {
    RewritePatternSet patterns(&getContext());
    patterns.add<DecomposeDiv>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    getOperation().walk([&](qnn::DivOp op) {
      op.emitOpError("of layer '") << qnn::layerName(op) << "' divides by a constant that is 0";
      signalPassFailure();
    });
  }
};

} // namespace
