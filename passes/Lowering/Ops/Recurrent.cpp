//===- Recurrent.cpp - The ends of loops ----------------------------------===//
#include "Lowering/Lowering.h"

using namespace tare;
using namespace mlir;

namespace {

/// Both ends move elements as they are: only the types change.
SmallVector<Type> convertedTypes(const TypeConverter &types, Operation *op) {
  return llvm::map_to_vector(op->getResultTypes(), [&](Type type) { return types.convertType(type); });
}

struct LowerLoopBegin : OpConversionPattern<qnn::LoopBeginOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::LoopBeginOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    auto lowered =
        npu::LoopBeginOp::create(rewriter, op.getLoc(), convertedTypes(*getTypeConverter(), op), op.getSteps(),
                                 adaptor.getSequences(), adaptor.getStates(), op.getReversedAttr());
    replaceByResultsOf(rewriter, op, lowered);
    return mlir::success();
  }
};

struct LowerLoopEnd : OpConversionPattern<qnn::LoopEndOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::LoopEndOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    auto lowered =
        npu::LoopEndOp::create(rewriter, op.getLoc(), convertedTypes(*getTypeConverter(), op), adaptor.getStep(),
                               adaptor.getCarries(), adaptor.getCollects(), op.getReversedAttr());
    replaceByResultsOf(rewriter, op, lowered);
    return mlir::success();
  }
};

} // namespace

void tare::addRecurrentLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerLoopBegin, LowerLoopEnd>(types, patterns.getContext());
}
