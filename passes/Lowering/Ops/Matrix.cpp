//===- Matrix.cpp - Linear layers, and products of activations ------------===//
#include "Lowering/Ops/Accumulators.h"

using namespace tare;
using namespace mlir;

namespace {

struct LowerLinear : OpConversionPattern<qnn::LinearOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::LinearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<AccumulatorParts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    replaceByNew<npu::LinearOp>(rewriter, op, adaptor.getInput(), parts->weight, parts->bias, parts->requant);
    return mlir::success();
  }
};

struct LowerMatMul : OpConversionPattern<qnn::MatMulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::MatMulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    replaceByNew<npu::MatMulOp>(rewriter, op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                                zeroPointOf(op.getRhs()), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addMatrixLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerLinear, LowerMatMul>(types, patterns.getContext());
}
