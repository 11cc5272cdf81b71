//===- ElementwiseOps.cpp - Sums, products, other grids -------------------===//
#include "Lowering/Lowering.h"

using namespace tare;
using namespace mlir;

namespace {

/// add and sub: the sign is in the second multiplier.
template <typename OpTy> struct LowerSum : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    ArrayRef<int32_t> multipliers = requant->getMultipliers();
    rewriter.replaceOpWithNewOp<npu::AddOp>(op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                                            zeroPointOf(op.getRhs()), multipliers[0], multipliers[1],
                                            requant->getShifts()[0], requant->getZeroPoint(), requant->getClampMin(),
                                            requant->getClampMax(), requant->getRounding());
    return mlir::success();
  }
};

struct LowerMul : OpConversionPattern<qnn::MulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::MulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    rewriter.replaceOpWithNewOp<npu::MulOp>(op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                                            zeroPointOf(op.getRhs()), *requant);
    return mlir::success();
  }
};

/// Another grid, and functions that only limit: requantize, relu, clip.
template <typename OpTy> struct LowerRescale : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;

  LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    Type from = qnn::storageType(op.getInput().getType()).getElementType();
    Type to = qnn::storageType(op.getType()).getElementType();
    rewriter.replaceOpWithNewOp<npu::RescaleOp>(op, adaptor.getInput(), zeroPointOf(op.getInput()), *requant,
                                                from == to ? TypeAttr() : TypeAttr::get(to));
    return mlir::success();
  }
};

} // namespace

void tare::addElementwiseLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerSum<qnn::AddOp>, LowerSum<qnn::SubOp>, LowerMul, LowerRescale<qnn::RequantizeOp>,
               LowerRescale<qnn::ReluOp>, LowerRescale<qnn::ClipOp>>(types, patterns.getContext());
}
