//===- Border.cpp - Constants, and from one grid to another ---------------===//
#include "Lowering/Ops/Rescale.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "tare/Dialect/Npu/IntegerGrid.h"

using namespace tare;
using namespace mlir;
using qnn::Grid;

namespace {

struct LowerConstant : OpConversionPattern<qnn::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConstantOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::ConstantOp>(rewriter, op, op.getValue());
    return mlir::success();
  }
};

/// A quantize to the grid, of 8 or 16 bits and one scale.
npu::QuantizeOp makeQuantize(ConversionPatternRewriter &rewriter, Location loc, Value reals, const Grid &grid) {
  return npu::QuantizeOp::create(
      rewriter, loc, reals, rewriter.getF32FloatAttr(grid.scale()), rewriter.getI32IntegerAttr(grid.zeroPoint()),
      TypeAttr::get(grid.storage(rewriter.getContext())), grid.min == -grid.max ? rewriter.getUnitAttr() : UnitAttr());
}

struct LowerQuantize : OpConversionPattern<quant::QuantizeCastOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(quant::QuantizeCastOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    Grid grid = *Grid::of(op.getType());
    if (!grid.isPerTensor() || grid.bits > 16)
      return op.emitError() << "value '" << qnn::valueName(op.getResult())
                            << "': only a grid for the whole tensor, of 8 or 16 bits, can be quantized to, found "
                            << op.getType();
    replaceBy(rewriter, op, makeQuantize(rewriter, op.getLoc(), adaptor.getInput(), grid));
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
    replaceByNew<npu::DequantizeOp>(rewriter, op, adaptor.getInput(), grid.scales, grid.axis.value_or(0),
                                    grid.zeroPoint());
    return mlir::success();
  }
};

/// The integers stay where they are; what they mean from here on, a reshape to the same shape says.
struct LowerReinterpret : OpConversionPattern<qnn::ReinterpretOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ReinterpretOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    auto reshape =
        replaceByNew<npu::ReshapeOp>(rewriter, op, adaptor.getInput(), cast<RankedTensorType>(op.getType()).getShape());
    npu::setGrid(reshape, qnn::quantizedElement(op.getType()));
    return mlir::success();
  }
};

} // namespace

Value tare::quantizeAgain(ConversionPatternRewriter &rewriter, Operation *op, Value integers) {
  Grid from = *Grid::of(op->getOperand(0).getType()), to = *Grid::of(op->getResult(0).getType());
  Location loc = qnn::nameLoc(op->getContext(), qnn::layerName(op) + "_dequantize", qnn::valueName(op->getResult(0)));
  Value reals =
      npu::DequantizeOp::create(rewriter, loc, integers, from.scales, from.axis.value_or(0), from.zeroPoint());
  return makeQuantize(rewriter, op->getLoc(), reals, to);
}

void tare::addBorderLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerConstant, LowerQuantize, LowerDequantize, LowerRescale<qnn::RequantizeOp>, LowerReinterpret>(
      types, patterns.getContext());
}
