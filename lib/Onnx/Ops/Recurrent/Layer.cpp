//===- Layer.cpp - What an RNN, a GRU or an LSTM says ---------------------===//
//
// https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html, onnx__RNN.html
//
//===----------------------------------------------------------------------===//
#include "Layer.h"
#include "ConstantData.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;

namespace {

bool readAttributes(Node &node, const Kind &kind, Layer &layer) {
  std::string direction = node.stringAttribute("direction", "forward");
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  if (layer.directions == 1 && !layer.reverse && direction != "forward")
    (void)node.error("attribute 'direction' is '" + direction + "', expected forward, reverse or bidirectional");
  layer.clip = node.floatAttribute("clip", 0);
  if (node.hasAttribute("clip") && !(layer.clip > 0))
    (void)node.error(fmt::format("attribute 'clip' is {}, expected a positive number", layer.clip));
  int64_t layout = node.intAttribute("layout", 0);
  if (layout != 0 && layout != 1)
    (void)node.error(fmt::format("attribute 'layout' is {}, expected 0 or 1", layout));
  layer.isBatchFirst = layout == 1;
  layer.forgetsTheRest = kind.hasCell && node.intAttribute("input_forget", 0) != 0;
  auto activations = host::activationsOf(node.hostAttributes(), kind.activations, layer.directions);
  if (activations)
    layer.activations = *activations;
  else
    (void)node.error(activations.error().message);
  return !node.failed();
}

bool readInput(Node &node, Layer &layer) {
  layer.x = node.operand(0);
  if (!layer.x)
    return false;
  llvm::ArrayRef<int64_t> shape = dims(layer.x);
  if (shape.size() != 3) {
    (void)node.error(fmt::format("expected an input [{}, elements], found {}",
                                 layer.isBatchFirst ? "batch, steps" : "steps, batch", toString(*node.shapeOf(0))));
    return false;
  }
  layer.steps = shape[layer.isBatchFirst], layer.batch = shape[!layer.isBatchFirst], layer.inputs = shape[2];
  if (layer.isBatchFirst)
    layer.x = node.createPart<qnn::TransposeOp>("steps_first", layer.x, Integers{1, 0, 2});
  return !node.failed();
}

/// Weights are [directions, gates * hidden, columns].
const Tensor *readWeight(Node &node, unsigned index, llvm::StringRef role, const Shape &expected) {
  const Tensor *weight = node.requireKnown(index, role);
  if (weight && (weight->element() != ElementType::f32 || weight->shape() != expected))
    (void)node.error(fmt::format("{} has the type {}, expected float32 {}", role.str(), toString(weight->type()),
                                 toString(expected)));
  return weight;
}

void readWeights(Node &node, const Kind &kind, Layer &layer) {
  std::optional<Shape> r = node.shapeOf(2);
  layer.hidden = r && r->size() == 3 ? (*r)[2] : 0;
  if (int64_t said = node.intAttribute("hidden_size", layer.hidden); said != layer.hidden)
    (void)node.error(fmt::format("attribute 'hidden_size' is {}, but R is of {}", said, layer.hidden));
  int64_t rows = kind.gates * layer.hidden;
  layer.w = readWeight(node, 1, "W", {layer.directions, rows, layer.inputs});
  layer.r = readWeight(node, 2, "R", {layer.directions, rows, layer.hidden});
  if (node.hasOperand(3))
    layer.bias = readWeight(node, 3, "B", {layer.directions, 2 * rows});
  if (kind.hasCell && node.hasOperand(7))
    layer.peepholes = readWeight(node, 7, "P", {layer.directions, 3 * layer.hidden});
}

void readLengths(Node &node, Layer &layer) {
  const Tensor *known = node.requireKnown(4, "sequence_lens");
  if (!known)
    return;
  if (known->shape() != Shape{layer.batch}) {
    (void)node.error(fmt::format("sequence_lens has the shape {}, expected {}", toString(known->shape()),
                                 toString(Shape{layer.batch})));
    return;
  }
  llvm::SmallVector<int64_t> lengths = toIntegers(*known);
  for (int64_t length : lengths)
    if (length < 0 || length > layer.steps)
      (void)node.error(fmt::format("a sequence has the length {}, expected 0 to {}", length, layer.steps));
  if (node.failed() || llvm::all_of(lengths, [&](int64_t length) { return length == layer.steps; }))
    return;
  layer.isWithin = Tensor(ElementType::f32, Shape{layer.steps, layer.batch, 1});
  float *isWithin = layer.isWithin.mutableAs<float>();
  for (int64_t step = 0; step < layer.steps; ++step)
    for (int64_t sequence = 0; sequence < layer.batch; ++sequence)
      *isWithin++ = step < lengths[sequence] ? 1 : 0;
}

} // namespace

std::optional<Layer> recurrent::readLayer(Node &node, const Kind &kind) {
  Layer layer;
  if (!readAttributes(node, kind, layer) || !readInput(node, layer))
    return std::nullopt;
  readWeights(node, kind, layer);
  if (!node.failed() && node.hasOperand(4))
    readLengths(node, layer);
  return node.failed() ? std::nullopt : std::optional(layer);
}
