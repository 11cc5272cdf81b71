//===- AccumulatorOps.cpp - Convolutions, linear layers, matmul -----------===//
#include "Arithmetic/AccumulatorBound.h"
#include "Arithmetic/Grids.h"
#include "Lowering/Lowering.h"
#include "tare/Dialect/Npu/IntegerGrid.h"
#include "tare/Kernels/Movement.h"

#include <cstring>

using namespace tare;
using namespace mlir;

namespace {

/// [O, I / group, kernel..] -> [O, kernel.., I / group]
Tensor channelsLastWeight(const Tensor &weight) {
  size_t rank = weight.shape().size();
  SmallVector<int32_t> narrowPermutation = channelsLast(rank);
  std::vector<int64_t> permutation(narrowPermutation.begin(), narrowPermutation.end());
  Shape shape;
  for (int64_t axis : permutation)
    shape.push_back(weight.shape()[axis]);
  Tensor result(weight.element(), shape);
  kernels::transpose(weight.view(), permutation, result.mutableView());
  return result;
}

/// A bias of zeros; 64 bits wide where the accumulator is.
Tensor zeroBias(qnn::AccumulatorOpInterface op) {
  bool wide = qnn::Grid::of(op.getActivationOperand().get().getType())->bits == 16;
  Tensor bias(wide ? ElementType::i64 : ElementType::i32, {op.getOutputChannels()});
  std::memset(bias.mutableAs<std::byte>(), 0, bias.type().bytes());
  return bias;
}

/// The bias's integers as the accumulator starts: with -Zx * sum(w) folded in, where the op allows it.
FailureOr<Tensor> accumulatorBias(qnn::AccumulatorOpInterface op) {
  qnn::Grid x = *qnn::Grid::of(op.getActivationOperand().get().getType());
  std::vector<int64_t> bias = biasIntegers(op);
  std::vector<ChannelSums> sums = channelSums(op);
  Tensor result = zeroBias(op);
  bool wide = result.element() == ElementType::i64;
  for (int64_t c = 0; c < op.getOutputChannels(); ++c) {
    int64_t value = (bias.empty() ? 0 : bias[c]) - (op.foldsZeroPoint() ? x.zeroPoint() * sums[c].sum : 0);
    if (!wide && value != int32_t(value))
      return op->emitError() << "layer '" << qnn::layerName(op) << "', channel " << c << ": the bias " << value
                             << " with the input's zero point folded in does not fit 32 bits";
    if (wide)
      result.mutableAs<int64_t>()[c] = value;
    else
      result.mutableAs<int32_t>()[c] = value;
  }
  return result;
}

/// Weight and bias constants of the hardware level; requant is null where the accumulator is the result.
struct Parts {
  Value weight, bias;
  npu::RequantAttr requant;
};

/// What the integers of weights and bias mean, for whoever checks them: a scale per output channel, axis 0 of both.
void recordGrids(qnn::AccumulatorOpInterface op, const Parts &parts) {
  quant::QuantizedType weight = qnn::quantizedElement(op.getWeightOperand().get().getType());
  npu::setGrid(parts.weight.getDefiningOp(), weight);
  qnn::Grid x = *qnn::Grid::of(op.getActivationOperand().get().getType()), w = *qnn::Grid::of(weight);
  npu::setGrid(parts.bias.getDefiningOp(), accumulatorGrid(x, w, op.getOutputChannels(), 0).type(op.getContext()));
}

FailureOr<Parts> lowerParts(qnn::AccumulatorOpInterface op, ConversionPatternRewriter &rewriter) {
  ElementsAttr weight = qnn::constantValue(op.getWeightOperand().get());
  if (!weight)
    return op->emitError() << "layer '" << qnn::layerName(op) << "': weights must be constant";
  Parts parts;
  if (qnn::Grid::of(op->getResult(0).getType())->bits != 32) {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    parts.requant = *requant;
  }
  // Three stages add bias and zero points later: they are in the requantization.
  bool isStaged = parts.requant && parts.requant.getStages();
  FailureOr<Tensor> bias = isStaged ? zeroBias(op) : accumulatorBias(op);
  if (failed(bias))
    return failure();
  std::string name = qnn::layerName(op);
  // A matrix stays as it is: the same constant, whose memory lives as long as anyone names it.
  bool isMatrix = weight.getShapedType().getRank() <= 2;
  parts.weight =
      isMatrix ? npu::ConstantOp::create(rewriter, op->getLoc(), weight).getResult()
               : makeConstant(rewriter, op->getLoc(), channelsLastWeight(qnn::toTensor(weight)), name + ".weight");
  parts.bias = makeConstant(rewriter, op->getLoc(), *bias, name + ".bias");
  recordGrids(op, parts);
  return parts;
}

struct LowerConv : OpConversionPattern<qnn::ConvOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConvOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<Parts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    size_t spatial = cast<ShapedType>(op.getType()).getRank() - 2;
    Value input = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value result = npu::ConvOp::create(rewriter, op.getLoc(), input, parts->weight, parts->bias,
                                       listOr(op.getStrides(), spatial, 1), listOr(op.getPads(), 2 * spatial, 0),
                                       listOr(op.getDilations(), spatial, 1), op.getGroup(), zeroPointOf(op.getInput()),
                                       parts->requant);
    rewriter.replaceOp(op, toChannelsFirst(rewriter, op.getLoc(), result));
    return mlir::success();
  }
};

struct LowerConvTranspose : OpConversionPattern<qnn::ConvTransposeOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::ConvTransposeOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &rewriter) const final {
    FailureOr<Parts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    size_t spatial = cast<ShapedType>(op.getType()).getRank() - 2;
    Value input = toChannelsLast(rewriter, op.getLoc(), adaptor.getInput());
    Value result = npu::ConvTransposeOp::create(
        rewriter, op.getLoc(), input, parts->weight, parts->bias, listOr(op.getStrides(), spatial, 1),
        listOr(op.getPads(), 2 * spatial, 0), listOr(op.getDilations(), spatial, 1),
        listOr(op.getOutputPadding(), spatial, 0), op.getGroup(), zeroPointOf(op.getInput()), parts->requant);
    rewriter.replaceOp(op, toChannelsFirst(rewriter, op.getLoc(), result));
    return mlir::success();
  }
};

struct LowerLinear : OpConversionPattern<qnn::LinearOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::LinearOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<Parts> parts = lowerParts(op, rewriter);
    if (failed(parts))
      return failure();
    rewriter.replaceOpWithNewOp<npu::LinearOp>(op, adaptor.getInput(), parts->weight, parts->bias, parts->requant);
    return mlir::success();
  }
};

struct LowerMatMul : OpConversionPattern<qnn::MatMulOp> {
  using OpConversionPattern::OpConversionPattern;

  LogicalResult matchAndRewrite(qnn::MatMulOp op, OpAdaptor adaptor, ConversionPatternRewriter &rewriter) const final {
    FailureOr<npu::RequantAttr> requant = neededRequant(op);
    if (failed(requant))
      return failure();
    rewriter.replaceOpWithNewOp<npu::MatMulOp>(op, adaptor.getLhs(), adaptor.getRhs(), zeroPointOf(op.getLhs()),
                                               zeroPointOf(op.getRhs()), *requant);
    return mlir::success();
  }
};

} // namespace

void tare::addAccumulatorLowerings(TypeConverter &types, RewritePatternSet &patterns) {
  patterns.add<LowerConv, LowerConvTranspose, LowerLinear, LowerMatMul>(types, patterns.getContext());
}
