//===- Recurrent.cpp - Loops in C -----------------------------------------===//
//
// The layers between the two ends are the body of a for statement. States lie where the beginning has them: each step
// leaves there what the next one begins with, and the last step what is left behind it.
//
//===----------------------------------------------------------------------===//
#include "Lowering.h"

#include <algorithm>

using namespace tare;
using namespace tare::csource;

namespace {

std::string counterOf(size_t begin) { return fmt::format("step_{}", begin); }

/// A sequence from the step's element on.
Place elementOf(Place sequence, const std::string &counter, int64_t steps, bool isReversed, int64_t count) {
  std::string index = isReversed ? fmt::format("({} - {})", steps - 1, counter) : counter;
  sequence.offset = fmt::format(" + {} * {}", index, count);
  return sequence;
}

bool flagOf(const std::vector<bool> &flags, size_t index) { return index < flags.size() && flags[index]; }

void copy(LayerWriter &layer, const TensorType &type, Place from, Place to) {
  layer.unit.use("copy_bytes");
  layer.call("copy_bytes", number(int64_t(type.bytes())), {std::move(from), std::move(to)});
}

} // namespace

Status csource::lowerLoopBegin(LayerWriter &layer) {
  const program::LoopBeginT &loop = *layer.op().AsLoopBegin();
  for (size_t i = loop.sequences; i != layer.operandCount(); ++i)
    copy(layer, layer.type(i), layer.operandPlace(i), layer.resultPlace(i + 1));
  const std::string counter = counterOf(layer.number());
  layer.line(fmt::format("for (int32_t {0} = 0; {0} != {1}; ++{0}) {{", counter, loop.steps));
  layer.unit.use("set_number");
  layer.call("set_number", counter, {layer.resultPlace()});
  for (size_t i = 0; i != loop.sequences; ++i) {
    const TensorType &type = layer.result(i + 1);
    copy(layer, type, elementOf(layer.operandPlace(i), counter, loop.steps, flagOf(loop.reversed, i), type.count()),
         layer.resultPlace(i + 1));
  }
  return success();
}

Status csource::lowerLoopEnd(LayerWriter &layer) {
  const program::LoopEndT &loop = *layer.op().AsLoopEnd();
  const LayerWriter begin = layer.makerOf(0);
  const std::string counter = counterOf(begin.number());
  for (size_t i = loop.carries; i + 1 != layer.operandCount(); ++i) {
    const TensorType &type = layer.type(i + 1);
    copy(layer, type, layer.operandPlace(i + 1),
         elementOf(layer.resultPlace(i), counter, loop.steps, flagOf(loop.reversed, i - loop.carries), type.count()));
  }
  // A state may be carried into another one: with several, none is written before all are read.
  const size_t first = begin.resultCount() - loop.carries;
  std::vector<Place> carried;
  for (size_t i = 0; i != loop.carries; ++i) {
    const TensorType &type = layer.type(i + 1);
    carried.push_back(layer.operandPlace(i + 1));
    if (loop.carries == 1)
      continue;
    Place kept = layer.scratch(type.element, type.count());
    copy(layer, type, carried.back(), kept);
    carried.back() = kept;
  }
  for (size_t i = 0; i != loop.carries; ++i)
    copy(layer, layer.type(i + 1), carried[i], begin.resultPlace(first + i));
  layer.line("}");
  for (size_t i = 0; i != loop.carries; ++i)
    copy(layer, layer.type(i + 1), begin.resultPlace(first + i), layer.resultPlace(i));
  return success();
}
