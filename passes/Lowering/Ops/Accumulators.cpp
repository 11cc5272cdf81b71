//===- Accumulators.cpp - Weights and bias of layers ----------------------===//
#include "Lowering/Ops/Accumulators.h"
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

/// What the integers of weights and bias mean, for whoever checks them: a scale per output channel, axis 0 of both.
void recordGrids(qnn::AccumulatorOpInterface op, const AccumulatorParts &parts) {
  quant::QuantizedType weight = qnn::quantizedElement(op.getWeightOperand().get().getType());
  npu::setGrid(parts.weight.getDefiningOp(), weight);
  qnn::Grid x = *qnn::Grid::of(op.getActivationOperand().get().getType()), w = *qnn::Grid::of(weight);
  npu::setGrid(parts.bias.getDefiningOp(), accumulatorGrid(x, w, op.getOutputChannels(), 0).type(op.getContext()));
}

} // namespace

FailureOr<AccumulatorParts> tare::lowerParts(qnn::AccumulatorOpInterface op, ConversionPatternRewriter &rewriter) {
  ElementsAttr weight = qnn::constantValue(op.getWeightOperand().get());
  if (!weight)
    return op->emitError() << "layer '" << qnn::layerName(op) << "': weights must be constant";
  AccumulatorParts parts;
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
