//===- Movement.cpp - Data movement, on integers or on float --------------===//
//
// At the function's border these ops may stand on float tensors; they lower the
// same way.
//
//===----------------------------------------------------------------------===//
#include "Lowering/Lowering.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Dialect/Qnn/Steps.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;

namespace {

struct LowerConstant : OpConversionPattern<qnn::ConstantOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConstantOp op, OpAdaptor, ConversionPatternRewriter &rewriter) const final {
    auto constant = rewriter.replaceOpWithNewOp<npu::ConstantOp>(op, op.getValue());
    if (quant::QuantizedType grid = qnn::quantizedElement(op.getType()))
      npu::setGrid(constant, grid);
    return mlir::success();
  }
};

struct LowerConcat : OpConversionPattern<qnn::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConcatOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    rewriter.replaceOpWithNewOp<npu::ConcatOp>(op, adaptor.getInputs(), op.getAxis());
    return mlir::success();
  }
};

struct LowerSlice : OpConversionPattern<qnn::SliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::SliceOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    rewriter.replaceOpWithNewOp<npu::SliceOp>(op, adaptor.getInput(), narrow(op.getStarts()), narrow(op.getSteps()),
                                              narrow(op.getSizes()));
    return mlir::success();
  }
};

program::PadMode modeOf(qnn::PadMode mode) {
  if (mode == qnn::PadMode::Edge)
    return program::PadMode::edge;
  return mode == qnn::PadMode::Reflect ? program::PadMode::reflect : program::PadMode::constant;
}

struct LowerPad : OpConversionPattern<qnn::PadOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::PadOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    double real = op.getValue().convertToDouble(), value = real;
    if (std::optional<qnn::Grid> grid = qnn::Grid::of(op.getType()))
      value = double(qnn::integerOf(real, *grid));
    else if (real != std::nearbyint(real))
      return op.emitError() << "layer '" << qnn::layerName(op) << "': a float border of " << real
                            << " at the model's edge is not supported; pad with a whole number, or quantize before it";
    rewriter.replaceOpWithNewOp<npu::PadOp>(op, adaptor.getInput(), narrow(op.getLow()), narrow(op.getHigh()),
                                            modeOf(op.getMode()), int32_t(value));
    return mlir::success();
  }
};

struct LowerReshape : OpConversionPattern<qnn::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ReshapeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    rewriter.replaceOpWithNewOp<npu::ReshapeOp>(op, adaptor.getInput(), op.getShape());
    return mlir::success();
  }
};

/// The integers stay where they are; what they mean from here on, a reshape to the same shape says.
struct LowerReinterpret : OpConversionPattern<qnn::ReinterpretOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ReinterpretOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    auto reshape = rewriter.replaceOpWithNewOp<npu::ReshapeOp>(op, adaptor.getInput(),
                                                               cast<RankedTensorType>(op.getType()).getShape());
    npu::setGrid(reshape, qnn::quantizedElement(op.getType()));
    return mlir::success();
  }
};

struct LowerTranspose : OpConversionPattern<qnn::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::TransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    rewriter.replaceOpWithNewOp<npu::TransposeOp>(op, adaptor.getInput(), narrow(op.getPermutation()));
    return mlir::success();
  }
};

} // namespace

void tare::addMovementLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerConstant, LowerConcat, LowerSlice, LowerPad, LowerReshape, LowerReinterpret, LowerTranspose>(
      types, patterns.getContext());
}
