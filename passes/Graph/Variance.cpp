//===- Variance.cpp - Variances that cancel nothing -----------------------===//
//
// Layer norms as JAX has them find the variance as a difference of two means. Where the mean is larger than the
// deviation the difference of the rounded ones has hardly a digit left.
//
//===----------------------------------------------------------------------===//
#include "Graph/Variance.h"

#include "tare/Dialect/Qnn/DerivedNames.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnOps.h"

using namespace mlir;
using namespace tare;

Value tare::rootOf(Value value) {
  if (auto product = value.getDefiningOp<qnn::MulOp>())
    return product.getLhs() == product.getRhs() && !product.getClampAttr() ? product.getLhs() : Value();
  auto power = value.getDefiningOp<qnn::PowOp>();
  return power && power.getExponent().convertToDouble() == 2 ? power.getInput() : Value();
}

namespace {

qnn::ReduceMeanOp meanOf(Value value) {
  auto mean = value ? value.getDefiningOp<qnn::ReduceMeanOp>() : qnn::ReduceMeanOp();
  return mean && !mean.getClampAttr() ? mean : qnn::ReduceMeanOp();
}

struct CenterVariance : OpRewritePattern<qnn::SubOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(qnn::SubOp op, PatternRewriter &rewriter) const final {
    qnn::ReduceMeanOp ofSquares = meanOf(op.getLhs()), mean = meanOf(rootOf(op.getRhs()));
    Value x = ofSquares ? rootOf(ofSquares.getInput()) : Value();
    if (!mean || !x || mean.getInput() != x || ofSquares.getAxes() != mean.getAxes() ||
        ofSquares.getKeepDims() != mean.getKeepDims() || !op.getType().getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "is no difference of a mean of squares and the square of the mean");
    auto at = [&](const char *step) {
      return qnn::nameLoc(op.getContext(), qnn::layerName(op) + step,
                          qnn::derivedName(op, qnn::valueName(op.getResult()) + step));
    };
    Value wide = mean.getResult();
    if (!mean.getKeepDims())
      wide = qnn::ReduceMeanOp::create(rewriter, at("_mean"), keptType(x, mean), x, mean.getAxesAttr(),
                                       rewriter.getUnitAttr(), nullptr);
    Value centered = qnn::SubOp::create(rewriter, at("_centered"), x.getType(), x, wide, nullptr);
    Value square = qnn::MulOp::create(rewriter, at("_square"), x.getType(), centered, centered, nullptr);
    rewriter.replaceOpWithNewOp<qnn::ReduceMeanOp>(op, op.getType(), square, mean.getAxesAttr(), mean.getKeepDimsAttr(),
                                                   op.getClampAttr());
    return mlir::success();
  }

private:
  /// The type of the mean with ones for its axes.
  static RankedTensorType keptType(Value x, qnn::ReduceMeanOp mean) {
    auto type = cast<RankedTensorType>(x.getType());
    SmallVector<int64_t> shape(type.getShape());
    for (int64_t axis : mean.getAxes())
      shape[axis] = 1;
    return type.clone(shape);
  }
};

} // namespace

void tare::addVariancePattern(RewritePatternSet &patterns) { patterns.add<CenterVariance>(patterns.getContext()); }
