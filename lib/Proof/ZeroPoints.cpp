//===- ZeroPoints.cpp - What a layer computes with, and its grids ---------===//
#include "ZeroPoints.h"

#include "tare/Kernels/Registry.h"

using namespace tare;

namespace {

/// Also of a tensor that has a scale per channel.
bool agrees(const program::Model &model, uint32_t tensor, int64_t zeroPoint) {
  const program::TensorT &table = *model.program().tensors[tensor];
  return table.scales.empty() || table.zero_point == zeroPoint;
}

} // namespace

bool proof::hasZeroPointsOfGrids(const program::Model &model, const program::LayerT &layer) {
  kernels::ZeroPoints computed = kernels::lookup(layer.op.type)->facts.zeroPoints(layer.op);
  for (size_t i = 0; i != computed.operands.size(); ++i)
    if (!agrees(model, layer.operands[i], computed.operands[i]))
      return false;
  return !computed.result || agrees(model, layer.result, *computed.result);
}
