//===- Accumulators.cpp - Sums of products with weights -------------------===//
#include "Accumulators.h"

using namespace mlir;
using namespace tare::qnn;

LogicalResult tare::qnn::verifyAccumulator(AccumulatorOpInterface op) {
  Value bias = op.getBiasValue();
  if (!bias)
    return success();
  auto type = cast<RankedTensorType>(bias.getType());
  if (type.getRank() != 1 || type.getDimSize(0) != op.getOutputChannels())
    return op->emitOpError("bias must have shape [") << op.getOutputChannels() << "], found " << type;
  return success();
}

Scales tare::qnn::accumulatorScales(AccumulatorOpInterface op) {
  Grid x = gridOf(op.getActivationOperand().get()), w = gridOf(op.getWeightOperand().get());
  Grid y = gridOf(op->getResult(0));
  Scales scales;
  for (int64_t c = 0, channels = w.scales.size(); c < channels; ++c)
    scales.push_back(x.scale() * w.scale(c) / y.scale(c));
  return scales;
}
