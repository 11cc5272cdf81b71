//===- Host.cpp - What the processor computes -----------------------------===//
#include "Lowering/Lowering.h"

using namespace tare;
using namespace mlir;

namespace {

/// The host computes the node on what the model computes it on.
struct LowerHost : OpConversionPattern<qnn::HostOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::HostOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    auto lowered =
        npu::HostOp::create(rewriter, op.getLoc(), op.getResultTypes(), op.getKindAttr(), op.getOpsetAttr(),
                            adaptor.getInputs(), op.getPositionsAttr(), op.getParametersAttr(), op.getReasonAttr());
    replaceByResultsOf(rewriter, op, lowered);
    return mlir::success();
  }
};

} // namespace

void tare::addHostLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerHost>(types, patterns.getContext());
}
