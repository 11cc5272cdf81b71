//===- Reduction.cpp - Means along axes -----------------------------------===//
#include "Lowering/Lowering.h"

using namespace tare;
using namespace mlir;

namespace {

struct LowerReduceMean : OpConversionPattern<qnn::ReduceMeanOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ReduceMeanOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    replaceByNew<npu::ReduceMeanOp>(rewriter, op, adaptor.getInput(), narrow(op.getAxes()), !op.getKeepDims(),
                                    zeroPointOf(op.getInput()), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addReductionLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerReduceMean>(types, patterns.getContext());
}
