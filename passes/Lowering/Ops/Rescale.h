//===- Rescale.h - Another grid, or limits ----------------------*- C++ -*-===//
#ifndef TARE_PASSES_LOWERING_OPS_RESCALE_H
#define TARE_PASSES_LOWERING_OPS_RESCALE_H

#include "Arithmetic/TargetOperators.h"
#include "Lowering/Lowering.h"

namespace tare {

/// The real numbers that `integers`, the operand of `op`, stand for, on the grid of its result.
mlir::Value quantizeAgain(mlir::ConversionPatternRewriter &rewriter, mlir::Operation *op, mlir::Value integers);

/// Another grid, and functions that only limit: requantize, relu, clip.
template <typename OpTy> struct LowerRescale : mlir::OpConversionPattern<OpTy> {
  using mlir::OpConversionPattern<OpTy>::OpConversionPattern;

  llvm::LogicalResult matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                                      mlir::ConversionPatternRewriter &rewriter) const final {
    if (mlir::FailureOr<Target> target = npu::getTarget(op);
        mlir::succeeded(target) && isRequantizedInFloat(op, *target)) {
      replaceBy(rewriter, op, quantizeAgain(rewriter, op, adaptor.getInput()));
      return mlir::success();
    }
    mlir::FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (mlir::failed(requant))
      return mlir::failure();
    mlir::Type from = qnn::storageType(op.getInput().getType()).getElementType();
    mlir::Type to = qnn::storageType(op.getType()).getElementType();
    replaceByNew<npu::RescaleOp>(rewriter, op, adaptor.getInput(), zeroPointOf(op.getInput()), *requant,
                                 from == to ? mlir::TypeAttr() : mlir::TypeAttr::get(to));
    return mlir::success();
  }
};

} // namespace tare

#endif // TARE_PASSES_LOWERING_OPS_RESCALE_H
