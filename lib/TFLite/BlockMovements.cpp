//===- BlockMovements.cpp - Depth to space, and back ----------------------===//
#include "BlockMovements.h"
#include "tare/Program/Dataflow.h"

#include <optional>

using namespace tare;
using namespace tare::tflite;

namespace {

/// One of TFLite's two operators, which go over blocks of so many rows and columns.
struct Block {
  BuiltinOperator code;
  int32_t size;
};

using Order = std::vector<int32_t>;

/// [N, H, W, b, b, C] as [N, H, b, W, b, C]; of one channel its place does not matter: [N, H, W, 1, b, b] is that, too.
std::optional<Block> depthToSpace(const Shape &from, const Shape &split, const Order &order, const Shape &to) {
  const bool isLast = order == Order{0, 1, 3, 2, 4, 5}, isOne = order == Order{0, 1, 4, 2, 5, 3} && split[3] == 1;
  if (!isLast && !isOne)
    return std::nullopt;
  const int64_t block = split[4], channels = isLast ? split[5] : 1;
  const bool splits =
      split[0] == from[0] && split[1] == from[1] && split[2] == from[2] && split[isLast ? 3 : 5] == block;
  if (!splits || to != Shape{from[0], from[1] * block, from[2] * block, channels})
    return std::nullopt;
  return Block{BuiltinOperator::DEPTH_TO_SPACE, int32_t(block)};
}

/// [N, H, b, W, b, C] as [N, H, W, b, b, C].
std::optional<Block> spaceToDepth(const Shape &from, const Shape &split, const Order &order, const Shape &to) {
  const int64_t block = split[2];
  if (order != Order{0, 1, 3, 2, 4, 5} ||
      split != Shape{from[0], from[1] / block, block, from[2] / block, block, from[3]})
    return std::nullopt;
  if (to != Shape{from[0], split[1], split[3], block * block * from[3]})
    return std::nullopt;
  return Block{BuiltinOperator::SPACE_TO_DEPTH, int32_t(block)};
}

std::optional<Block> blockOf(const Shape &from, const Shape &split, const Order &order, const Shape &to) {
  if (from.size() != 4 || split.size() != 6 || to.size() != 4)
    return std::nullopt;
  std::optional<Block> block = depthToSpace(from, split, order, to);
  return block ? block : spaceToDepth(from, split, order, to);
}

/// The layer that alone reads what a layer gives.
std::optional<size_t> onlyReader(const program::ProgramT &program, const std::vector<program::TensorUse> &uses,
                                 size_t layer) {
  const std::vector<int64_t> &readers = uses[program.layers[layer]->result].readers;
  if (readers.size() != 1 || size_t(readers.front()) >= program.layers.size())
    return std::nullopt;
  return size_t(readers.front());
}

} // namespace

BlockMovements::BlockMovements(const program::Model &model) {
  const program::ProgramT &program = model.program();
  const auto uses = program::analyzeDataflow(program);
  for (size_t first = 0; uses && first != program.layers.size(); ++first) {
    if (!program.layers[first]->op.AsReshape())
      continue;
    const auto middle = onlyReader(program, *uses, first);
    if (!middle || !program.layers[*middle]->op.AsTranspose())
      continue;
    const auto last = onlyReader(program, *uses, *middle);
    if (!last || !program.layers[*last]->op.AsReshape())
      continue;
    const auto shapeOf = [&](uint32_t tensor) { return model.type(tensor).shape; };
    const auto block =
        blockOf(shapeOf(program.layers[first]->operands[0]), shapeOf(program.layers[first]->result),
                program.layers[*middle]->op.AsTranspose()->permutation, shapeOf(program.layers[*last]->result));
    if (block)
      for (size_t part : {first, *middle, *last})
        parts[part] = {first, *last, block->code, block->size};
  }
}

Status BlockMovements::lower(LayerWriter &layer, size_t index) const {
  const Movement &movement = parts.at(index);
  if (index != movement.last)
    return success();
  Result<Index> from = layer.at(movement.first).operand(0), to = layer.result();
  if (!from || !to)
    return from ? to.error() : from.error();
  if (movement.code == BuiltinOperator::DEPTH_TO_SPACE) {
    schema::DepthToSpaceOptionsT options;
    options.block_size = movement.block;
    layer.network.addOperator(movement.code, {*from}, *to, options);
  } else {
    schema::SpaceToDepthOptionsT options;
    options.block_size = movement.block;
    layer.network.addOperator(movement.code, {*from}, *to, options);
  }
  return success();
}
