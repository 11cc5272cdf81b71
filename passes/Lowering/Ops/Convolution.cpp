//===- Convolution.cpp - Convolutions -------------------------------------===//
#include "Lowering/Ops/Accumulators.h"

using namespace tare;
using namespace mlir;

namespace {

struct LowerConv : OpConversionPattern<qnn::ConvOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<AccumulatorParts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    size_t spatial = cast<ShapedType>(op.getType()).getRank() - 2;
    Value input = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value result = npu::ConvOp::create(rewriter, op.getLoc(), input, parts->weight, parts->bias,
                                       listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                                       listOr(op.getDilations(), spatial, 1), op.getGroup(), zeroPointOf(op.getInput()),
                                       parts->requant);
    replaceByChannelsLast(rewriter, op, result);
    return mlir::success();
  }
};

struct LowerConvTranspose : OpConversionPattern<qnn::ConvTransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConvTransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<AccumulatorParts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    size_t spatial = cast<ShapedType>(op.getType()).getRank() - 2;
    Value input = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value result = npu::ConvTransposeOp::create(
        rewriter, op.getLoc(), input, parts->weight, parts->bias, listOr(op.getStrides(), spatial, 1),
        listOr(op.getPads(), 2 * spatial, 0), listOr(op.getDilations(), spatial, 1),
        listOr(op.getOutputPadding(), spatial, 0), op.getGroup(), zeroPointOf(op.getInput()), parts->requant);
    replaceByChannelsLast(rewriter, op, result);
    return mlir::success();
  }
};

} // namespace

void tare::addConvolutionLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerConv, LowerConvTranspose>(types, patterns.getContext());
}
