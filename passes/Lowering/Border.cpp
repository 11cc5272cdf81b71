//===- Border.cpp - Between real numbers and integers ---------------------===//
#include "Lowering/Lowering.h"
#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

struct LowerQuantize : OpConversionPattern<quant::QuantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    Grid grid = *Grid::of(op.getType());
    if (!grid.isPerTensor() || grid.bits > 16)
      return op.emitError() << "value '" << qnn::valueName(op.getResult())
                            << "': only a grid for the whole tensor, of 8 or 16 bits, can be quantized to, found "
                            << op.getType();
    rewriter.replaceOpWithNewOp<npu::QuantizeOp>(
        op, adaptor.getInput(), rewriter.getF32FloatAttr(grid.scale()), rewriter.getI32IntegerAttr(grid.zeroPoint()),
        TypeAttr::get(grid.storage(op.getContext())), grid.min == -grid.max ? rewriter.getUnitAttr() : UnitAttr());
    return mlir::success();
  }
};

struct LowerDequantize : OpConversionPattern<quant::DequantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(quant::DequantizeCastOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    Grid grid = *Grid::of(op.getInput().getType());
    if (!llvm::all_equal(grid.zeroPoints))
      return op.emitOpError("of value '") << qnn::valueName(op.getResult()) << "' has a zero point per channel; "
                                          << "hardware has one";
    rewriter.replaceOpWithNewOp<npu::DequantizeOp>(op, adaptor.getInput(), grid.scales, grid.axis.value_or(0),
                                                   grid.zeroPoint());
    return mlir::success();
  }
};

/// The host computes the node on what the model computes it on.
struct LowerHost : OpConversionPattern<qnn::HostOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::HostOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    rewriter.replaceOpWithNewOp<npu::HostOp>(op, op.getResultTypes(), op.getKindAttr(), op.getOpsetAttr(),
                                             adaptor.getInputs(), op.getPositionsAttr(), op.getParametersAttr(),
                                             op.getReasonAttr());
    return mlir::success();
  }
};

} // namespace

void tare::addBorderLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerQuantize, LowerDequantize, LowerHost>(types, patterns.getContext());
}
