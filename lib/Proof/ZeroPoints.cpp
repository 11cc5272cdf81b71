//===- ZeroPoints.cpp - What a layer computes with, and its grids ---------===//
#include "ZeroPoints.h"

#include "Grids.h"
#include "tare/Kernels/Registry.h"

using namespace tare;
using program::OpUnion;

namespace {

template <typename Table> std::vector<int32_t> takenOff(const Table &table) {
  if constexpr (requires { table.input_zero_point; })
    return {table.input_zero_point};
  else
    return {table.lhs_zero_point, table.rhs_zero_point};
}

template <typename Table> bool take(const OpUnion &op, std::vector<int32_t> &zeroPoints) {
  if (op.type != program::OpUnionTraits<Table>::enum_value)
    return false;
  zeroPoints = takenOff(*static_cast<const Table *>(op.value));
  return true;
}

template <typename... Tables> std::vector<int32_t> takeFirst(const OpUnion &op) {
  std::vector<int32_t> zeroPoints;
  (void)(take<Tables>(op, zeroPoints) || ...);
  return zeroPoints;
}

/// Of the first operands; those of linear are in its bias.
std::vector<int32_t> ofOperands(const OpUnion &op) {
  using namespace program;
  return takeFirst<ConvT, ConvTransposeT, MatMulT, AddT, MulT, RescaleT, AveragePoolT, ReduceMeanT>(op);
}

/// With three stages it is part of their bias.
std::optional<int32_t> ofResult(const OpUnion &op) {
  if (const auto *add = op.AsAdd())
    return add->zero_point;
  const program::RequantT *requant = kernels::requantOf(op);
  return requant && !requant->stages ? std::optional(requant->zero_point) : std::nullopt;
}

bool agrees(const program::Model &model, uint32_t tensor, int32_t zeroPoint) {
  std::optional<proof::TensorGrid> grid = proof::gridOf(model, tensor);
  return !grid || grid->zeroPoint == zeroPoint;
}

} // namespace

bool proof::hasZeroPointsOfGrids(const program::Model &model, const program::LayerT &layer) {
  std::vector<int32_t> zeroPoints = ofOperands(layer.op);
  for (size_t i = 0; i != zeroPoints.size(); ++i)
    if (!agrees(model, layer.operands[i], zeroPoints[i]))
      return false;
  std::optional<int32_t> result = ofResult(layer.op);
  return !result || agrees(model, layer.result, *result);
}
