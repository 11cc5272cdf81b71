//===- Decompose.cpp - Divisions into what hardware has -------------------===//
//
// Invariant: afterwards there is no division: hardware multiplies.
//
//===----------------------------------------------------------------------===//
#include "Arithmetic/Grids.h"
#include "Graph/Affine.h"
#include "Remarks.h"
#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
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

/// The reciprocals of a constant that has a scale per channel, and one number in each, have a scale per channel, too,
/// on which each is 127 or -127: exact, however far apart they are. Others stay as they are.
Value onOwnScales(OpBuilder &builder, Value reciprocals, ArrayRef<double> values,
                  const std::optional<qnn::Grid> &divisor, const std::string &layer) {
  if (!divisor || divisor->isPerTensor() || divisor->scales.size() != values.size())
    return reciprocals;
  qnn::Grid grid = *divisor;
  grid.bits = 8;
  grid.isSigned = true;
  grid.max = 127;
  grid.min = -127;
  grid.zeroPoints.assign(values.size(), 0);
  for (auto [scale, value] : llvm::zip_equal(grid.scales, values))
    scale = float(std::abs(value)) / 127.0f;
  return castBothWays(builder, reciprocals, grid, layer);
}

/// a / b becomes a * (1 / b), 1 / b a constant where b is one, dequantized or not.
struct DecomposeDiv : OpRewritePattern<qnn::DivOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::DivOp op, PatternRewriter &rewriter) const final {
    Value divisor = op.getRhs();
    std::string name = qnn::derivedName(op, qnn::valueName(op.getResult()) + "_reciprocal");
    Location loc = qnn::nameLoc(op.getContext(), qnn::layerName(op) + "_reciprocal", name);
    Tensor known = realConstant(divisor);
    Value reciprocal;
    if (!known) {
      reciprocal = qnn::ReciprocalOp::create(rewriter, loc, divisor.getType(), divisor);
      reciprocal.getDefiningOp()->setAttr(qnn::intermediateAttrName, rewriter.getUnitAttr());
    } else {
      SmallVector<double> values(known.as<float>(), known.as<float>() + known.count());
      if (llvm::is_contained(values, 0.0))
        return rewriter.notifyMatchFailure(op, "divides by zero");
      for (double &value : values)
        value = 1.0 / value;
      reciprocal = floatConstant(rewriter, loc, cast<RankedTensorType>(divisor.getType()).getShape(), values, name);
      reciprocal = onOwnScales(rewriter, reciprocal, values, gridBehind(divisor), qnn::layerName(op) + "_reciprocal");
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
  void runOnFunction() final {
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
