//===- BlockMovements.cpp - Depth to space, and back ----------------------===//
#include "BlockMovements.h"
#include "tare/Program/Dataflow.h"

#include <algorithm>
#include <numeric>
#include <optional>

using namespace tare;
using namespace tare::tflite;

namespace {

/// Elements by their places in the first operand of a chain, in the order of its last result.
using ElementOrder = std::vector<int32_t>;

ElementOrder untouched(const Shape &shape) {
  ElementOrder places(elementCount(shape));
  std::iota(places.begin(), places.end(), 0);
  return places;
}

/// `places`, of a tensor of this shape, with its dimensions in another order.
ElementOrder transposed(const ElementOrder &places, const Shape &shape, const std::vector<int32_t> &order) {
  Shape steps(shape.size(), 1);
  for (size_t axis = shape.size() - 1; axis != 0; --axis)
    steps[axis - 1] = steps[axis] * shape[axis];
  ElementOrder moved;
  moved.reserve(places.size());
  Shape index(shape.size());
  for (size_t count = 0, at = 0; count != places.size(); ++count) {
    moved.push_back(places[at]);
    for (size_t axis = order.size(); axis-- != 0;) {
      at += steps[order[axis]];
      if (++index[axis] != shape[order[axis]])
        break;
      at -= steps[order[axis]] * shape[order[axis]];
      index[axis] = 0;
    }
  }
  return moved;
}

/// What both of TFLite's operators do to six dimensions: the third and the fourth change places.
const std::vector<int32_t> exchange{0, 1, 3, 2, 4, 5};

/// Blocks of so many rows and columns of channels, [N, H, W, b, b, C] as [N, H, b, W, b, C]; none where there is no
/// such b.
std::optional<int32_t> depthToSpace(const Shape &from, const ElementOrder &found) {
  for (int64_t block = 2; block * block <= from[3]; ++block) {
    const Shape split{from[0], from[1], from[2], block, block, from[3] / block / block};
    if (from[3] % (block * block) == 0 && transposed(untouched(from), split, exchange) == found)
      return int32_t(block);
  }
  return std::nullopt;
}

/// The way back, [N, H, b, W, b, C] as [N, H, W, b, b, C].
std::optional<int32_t> spaceToDepth(const Shape &from, const ElementOrder &found) {
  for (int64_t block = 2; block <= std::min(from[1], from[2]); ++block) {
    const Shape split{from[0], from[1] / block, block, from[2] / block, block, from[3]};
    if (from[1] % block == 0 && from[2] % block == 0 && transposed(untouched(from), split, exchange) == found)
      return int32_t(block);
  }
  return std::nullopt;
}

/// The layer that alone reads what a layer gives, if it moves elements.
std::optional<size_t> nextMovement(const program::ProgramT &program, const std::vector<program::TensorUse> &uses,
                                   size_t layer) {
  const std::vector<int64_t> &readers = uses[program.layers[layer]->result].readers;
  if (readers.size() != 1 || size_t(readers.front()) >= program.layers.size())
    return std::nullopt;
  const program::OpUnion &op = program.layers[readers.front()]->op;
  return op.AsReshape() || op.AsTranspose() ? std::optional(size_t(readers.front())) : std::nullopt;
}

/// Whether a layer splits height, width or channels.
bool isSplit(const program::Model &model, size_t index) {
  const program::LayerT &layer = *model.program().layers[index];
  return layer.op.AsReshape() && model.type(layer.operands[0]).shape.size() == 4 &&
         model.type(layer.result).shape.size() > 4;
}

} // namespace

BlockMovements::BlockMovements(const program::Model &model) {
  const program::ProgramT &program = model.program();
  const auto uses = program::analyzeDataflow(program);
  for (size_t first = 0; uses && first != program.layers.size(); ++first) {
    if (!isSplit(model, first))
      continue;
    const Shape &from = model.type(program.layers[first]->operands[0]).shape;
    ElementOrder places = untouched(from);
    std::vector<size_t> chain{first};
    for (auto next = nextMovement(program, *uses, first); next; next = nextMovement(program, *uses, *next)) {
      chain.push_back(*next);
      if (const program::TransposeT *op = program.layers[*next]->op.AsTranspose())
        places = transposed(places, model.type(program.layers[*next]->operands[0]).shape, op->permutation);
      const auto deep = depthToSpace(from, places), wide = deep ? std::nullopt : spaceToDepth(from, places);
      if (!deep && !wide)
        continue;
      const BuiltinOperator code = deep ? BuiltinOperator::DEPTH_TO_SPACE : BuiltinOperator::SPACE_TO_DEPTH;
      // The longest chain counts: a reshape behind the last transpose is a part of it.
      for (size_t part : chain)
        parts[part] = {first, *next, code, deep ? *deep : *wide};
    }
  }
}

/// What the operator gives of activations of this shape.
static Dimensions resultOf(const Dimensions &shape, bool isDeep, int32_t block) {
  const int32_t square = block * block;
  if (isDeep)
    return {shape[0], shape[1] * block, shape[2] * block, shape[3] / square};
  return {shape[0], shape[1] / block, shape[2] / block, shape[3] * square};
}

Status BlockMovements::lower(LayerWriter &layer, size_t index) const {
  const Movement &movement = parts.at(index);
  if (index != movement.last)
    return success();
  Result<Index> from = layer.at(movement.first).operand(0), to = layer.result();
  if (!from || !to)
    return from ? to.error() : from.error();
  const bool isDeep = movement.code == BuiltinOperator::DEPTH_TO_SPACE;
  TensorFacts facts = layer.factsOf(*to);
  const Dimensions shape = resultOf(layer.network.shape(*from), isDeep, movement.block);
  const bool isWhole = facts.shape == shape;
  facts.shape = shape;
  const Index moved = isWhole ? *to : layer.between("blocks", std::move(facts));
  schema::DepthToSpaceOptionsT deep;
  schema::SpaceToDepthOptionsT wide;
  deep.block_size = wide.block_size = movement.block;
  if (isDeep)
    layer.network.addOperator(movement.code, {*from}, moved, deep);
  else
    layer.network.addOperator(movement.code, {*from}, moved, wide);
  layer.reshape(moved, *to);
  return success();
}
