//===- Binary.cpp - Sums and products -------------------------------------===//
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
    replaceByNew<npu::AddOp>(rewriter, op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                             zeroPointOf(op.getRhs()), multipliers[0], multipliers[1], requant->getShifts()[0],
                             requant->getZeroPoint(), requant->getClampMin(), requant->getClampMax(),
                             requant->getRounding());
    return mlir::success();
  }
};

struct LowerMul : OpConversionPattern<qnn::MulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::MulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    replaceByNew<npu::MulOp>(rewriter, op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                             zeroPointOf(op.getRhs()), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addBinaryLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerSum<qnn::AddOp>, LowerSum<qnn::SubOp>, LowerMul>(types, patterns.getContext());
}
