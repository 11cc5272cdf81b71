//===- Movements.cpp - Layers that only move elements ---------------------===//
#include "tare/Program/Movements.h"

namespace tare::program {

bool rearranges(Op kind) { return kind == Op::Transpose || kind == Op::Reshape; }

bool movesElements(Op kind) { return rearranges(kind) || kind == Op::Slice || kind == Op::Concat; }

std::optional<int32_t> axisAfterReshape(const Shape &from, const Shape &to, int32_t axis) {
  auto countBefore = [](const Shape &shape, size_t axis) {
    return elementCount(Shape(shape.begin(), shape.begin() + axis));
  };
  // The dimensions before it have the same product, and it has the same size.
  const int64_t before = countBefore(from, axis);
  for (size_t i = 0; i != to.size(); ++i)
    if (to[i] == from[axis] && countBefore(to, i) == before)
      return int32_t(i);
  return std::nullopt;
}

Passage passageToReader(const ProgramT &program, uint32_t tensor, const LayerAt &onlyReader) {
  Passage passage;
  for (passage.end = onlyReader(tensor); passage.end; passage.end = onlyReader(tensor)) {
    const LayerT &layer = *program.layers[*passage.end];
    if (!rearranges(layer.op.type))
      break;
    passage.movements.push_back(*passage.end);
    tensor = layer.result;
  }
  return passage;
}

Passage passageToWriter(const ProgramT &program, uint32_t tensor, const LayerAt &writer) {
  Passage passage;
  for (passage.end = writer(tensor); passage.end; passage.end = writer(tensor)) {
    const LayerT &layer = *program.layers[*passage.end];
    if (!rearranges(layer.op.type))
      break;
    passage.movements.push_back(*passage.end);
    tensor = layer.operands.front();
  }
  return passage;
}

} // namespace tare::program
