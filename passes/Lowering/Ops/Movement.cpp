//===- Movement.cpp - Data movement, on integers or on float --------------===//
//
// At the function's border these ops may stand on float tensors; they lower the
// same way.
//
//===----------------------------------------------------------------------===//
#include "Lowering/Lowering.h"
#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace mlir;

namespace {

struct LowerConcat : OpConversionPattern<qnn::ConcatOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConcatOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::ConcatOp>(rewriter, op, adaptor.getInputs(), op.getAxis());
    return mlir::success();
  }
};

struct LowerSlice : OpConversionPattern<qnn::SliceOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::SliceOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::SliceOp>(rewriter, op, adaptor.getInput(), narrow(op.getStarts()), narrow(op.getSteps()),
                               narrow(op.getSizes()));
    return mlir::success();
  }
};

struct LowerGather : OpConversionPattern<qnn::GatherOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::GatherOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::GatherOp>(rewriter, op, adaptor.getInput(), adaptor.getIndices(), op.getAxis());
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
    replaceByNew<npu::PadOp>(rewriter, op, adaptor.getInput(), narrow(op.getLow()), narrow(op.getHigh()),
                             modeOf(op.getMode()), int32_t(value));
    return mlir::success();
  }
};

struct LowerReshape : OpConversionPattern<qnn::ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ReshapeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::ReshapeOp>(rewriter, op, adaptor.getInput(), op.getShape());
    return mlir::success();
  }
};

struct LowerTranspose : OpConversionPattern<qnn::TransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::TransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    replaceByNew<npu::TransposeOp>(rewriter, op, adaptor.getInput(), narrow(op.getPermutation()));
    return mlir::success();
  }
};

npu::ResizeAxisAttr axisAttr(Builder &builder, const kernels::ResizeAxis &axis, StringRef coordinates, float scale,
                             int64_t weightBits) {
  SmallVector<int32_t> weights;
  for (float weight : axis.weight)
    weights.push_back(std::nearbyint(std::ldexp(weight, int(weightBits))));
  return npu::ResizeAxisAttr::get(builder.getContext(), axis.lower, axis.upper, weights,
                                  builder.getStringAttr(coordinates), builder.getF32FloatAttr(scale));
}

struct LowerResize : OpConversionPattern<qnn::ResizeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ResizeOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    ArrayRef<int64_t> input = cast<ShapedType>(op.getInput().getType()).getShape();
    kernels::CoordinateMode mode = *kernels::coordinateModeOf(stringifyCoordinateMode(op.getCoordinates()));
    kernels::NearestMode rounding = *kernels::nearestModeOf(stringifyNearestMode(op.getRounding()));
    bool nearest = op.getMode() == qnn::ResizeMode::Nearest;
    SmallVector<Attribute> axes;
    for (size_t i = 0; i < op.getSizes().size(); ++i) {
      kernels::ResizeExtent extent{input[i + 2], op.getSizes()[i], float(op.getScales()[i])};
      axes.push_back(axisAttr(rewriter,
                              nearest ? kernels::nearestCoordinates(extent, mode, rounding)
                                      : kernels::linearCoordinates(extent, mode),
                              stringifyCoordinateMode(op.getCoordinates()), extent.scale, op.getWeightBits()));
    }
    npu::RequantAttr requant = requantOf(op);
    program::ResizeMode kind = nearest   ? program::ResizeMode::nearest
                               : requant ? program::ResizeMode::rescaled
                                         : program::ResizeMode::linear;
    Value x = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value y =
        npu::ResizeOp::create(rewriter, op.getLoc(), x, kind, rewriter.getArrayAttr(axes), op.getWeightBits(),
                              requant ? op.getFractionBits() : 0, requant ? zeroPointOf(op.getInput()) : 0, requant);
    replaceByChannelsLast(rewriter, op, y);
    return mlir::success();
  }
};

} // namespace

void tare::addMovementLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerConcat, LowerSlice, LowerGather, LowerPad, LowerReshape, LowerTranspose, LowerResize>(
      types, patterns.getContext());
}
