//===- Recurrent.cpp - RNN, GRU, LSTM -------------------------------------===//
//
// A recurrent layer is a loop over its cell, which is written out in ordinary ops: so its gates are calibrated, checked
// and computed like any other layer. What does not depend on the state, x W^T of all steps, is one product per gate in
// front of the loop.
//
//===----------------------------------------------------------------------===//
#include "Cells.h"
#include "ConstantData.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The one number of a list of parameters, of which hard sigmoids alone have any here.
double commonParameter(Node &node, llvm::StringRef name, double fallback) {
  std::vector<float> list = node.floatsAttribute(name).value_or(std::vector<float>());
  if (list.empty())
    return fallback;
  if (!llvm::all_equal(list))
    (void)node.error("attribute '" + name + "' has different numbers, expected one for all activations");
  return list.front();
}

/// The activations of all directions: ONNX's defaults, or those that the node names.
bool readActivations(Node &node, Layer &layer, std::vector<std::string> defaults) {
  for (const proto::AttributeProto &attribute : node.proto().attribute()) {
    if (attribute.name() != "activations")
      continue;
    layer.activations.assign(attribute.strings().begin(), attribute.strings().end());
  }
  size_t wanted = layer.directions * defaults.size();
  while (layer.activations.empty() || (layer.activations.size() < wanted && layer.activations == defaults))
    layer.activations.insert(layer.activations.end(), defaults.begin(), defaults.end());
  for (const std::string &activation : layer.activations)
    if (!llvm::is_contained({"Sigmoid", "Tanh", "Relu", "HardSigmoid"}, activation))
      (void)node.error("has the activation '" + activation + "', expected Sigmoid, Tanh, Relu or HardSigmoid");
  layer.alpha = commonParameter(node, "activation_alpha", layer.alpha);
  layer.beta = commonParameter(node, "activation_beta", layer.beta);
  if (layer.activations.size() != wanted)
    (void)node.error(fmt::format("has {} activations, expected {}", layer.activations.size(), wanted));
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

/// Whether all sequences are known to have all steps.
bool areFullLength(Node &node, int64_t steps) {
  const Tensor *lengths = node.known(4);
  return lengths && llvm::all_of(toIntegers(*lengths), [&](int64_t length) { return length == steps; });
}

std::optional<Layer> readLayer(Node &node, int64_t gates, std::vector<std::string> defaults) {
  Layer layer;
  layer.x = node.operand(0);
  std::string direction = node.stringAttribute("direction", "forward");
  layer.directions = direction == "bidirectional" ? 2 : 1;
  layer.reverse = direction == "reverse";
  if (layer.directions == 1 && !layer.reverse && direction != "forward")
    (void)node.error("attribute 'direction' is '" + direction + "', expected forward, reverse or bidirectional");
  layer.clip = node.floatAttribute("clip", 0);
  if (node.hasAttribute("clip") && !(layer.clip > 0))
    (void)node.error(fmt::format("attribute 'clip' is {}, expected a positive number", layer.clip));
  if (node.intAttribute("layout", 0) != 0)
    (void)node.error("attribute 'layout' is 1, expected 0: time first");
  if (node.failed() || !readActivations(node, layer, std::move(defaults)))
    return std::nullopt;
  llvm::ArrayRef<int64_t> shape = dims(layer.x);
  if (shape.size() != 3) {
    (void)node.error("expected an input [steps, batch, elements], found " + toString(*node.shapeOf(0)));
    return std::nullopt;
  }
  layer.steps = shape[0], layer.batch = shape[1], layer.inputs = shape[2];
  if (node.hasOperand(4) && !areFullLength(node, layer.steps))
    (void)node.error(fmt::format("operand sequence_lens must be a constant of {} for each sequence; only sequences of "
                                 "full length are written out",
                                 layer.steps));
  std::optional<Shape> r = node.shapeOf(2);
  layer.hidden = r && r->size() == 3 ? (*r)[2] : 0;
  if (int64_t said = node.intAttribute("hidden_size", layer.hidden); said != layer.hidden)
    (void)node.error(fmt::format("attribute 'hidden_size' is {}, but R is of {}", said, layer.hidden));
  layer.w = readWeight(node, 1, "W", {layer.directions, gates * layer.hidden, layer.inputs});
  layer.r = readWeight(node, 2, "R", {layer.directions, gates * layer.hidden, layer.hidden});
  if (node.hasOperand(3))
    layer.bias = readWeight(node, 3, "B", {layer.directions, 2 * gates * layer.hidden});
  return node.failed() ? std::nullopt : std::optional(layer);
}

/// A direction's [batch, hidden] of an initial state [directions, batch, hidden]; null where there is none.
mlir::Value initialState(Node &node, const Layer &layer, unsigned operand, int64_t direction) {
  if (!node.hasOperand(operand))
    return nullptr;
  // Of zeros nothing comes.
  const Tensor *known = node.known(operand);
  if (known && llvm::all_of(toDoubles(*known), [](double value) { return value == 0; }))
    return nullptr;
  mlir::Value all = node.operand(operand);
  if (!all)
    return nullptr;
  if (Shape expected{layer.directions, layer.batch, layer.hidden}; *node.shapeOf(operand) != expected) {
    (void)node.error("initial state '" + node.operandName(operand) + "' has the shape " +
                     toString(*node.shapeOf(operand)) + ", expected " + toString(expected));
    return nullptr;
  }
  std::string name = "initial" + std::to_string(operand) + (direction ? ".reverse" : "");
  if (layer.directions > 1)
    all = node.createPart<qnn::SliceOp>(name + ".slice", all, Integers{direction, 0, 0}, Integers{1, 1, 1},
                                        Integers{1, layer.batch, layer.hidden});
  return node.createPart<qnn::ReshapeOp>(name, all, Integers{layer.batch, layer.hidden});
}

/// Values of [batch, hidden] as [1, 1, batch, hidden], joined along an axis.
mlir::Value stack(Node &node, const Layer &layer, llvm::StringRef name, llvm::ArrayRef<mlir::Value> values,
                  Integers shape, int64_t axis) {
  llvm::SmallVector<mlir::Value> parts;
  for (auto [index, value] : llvm::enumerate(values))
    parts.push_back(node.createPart<qnn::ReshapeOp>(fmt::format("{}.{}", name.str(), index), value, shape));
  return parts.size() == 1 ? parts[0] : node.createPart<qnn::ConcatOp>(name, mlir::ValueRange(parts), axis);
}

/// The result `index`: what is computed, under the result's name.
LogicalResult giveResult(Node &node, mlir::Value value, const Integers &shape, unsigned index) {
  if (node.resultName(index).empty() || node.failed())
    return mlir::failure(node.failed());
  return node.give(node.createNamed<qnn::ReshapeOp>(node.resultName(index), value, shape), index);
}

LogicalResult importLayer(Node &node, WriteCells write, int64_t gates, const std::vector<std::string> &defaults,
                          bool hasCell) {
  std::optional<Layer> layer = readLayer(node, gates, defaults);
  if (!layer)
    return failure();
  if (node.hasOperand(7))
    return node.error("has peepholes, which are not written out in steps");
  if (node.intAttribute("input_forget", 0) != 0)
    return node.error("attribute 'input_forget' is 1, expected 0");
  llvm::SmallVector<mlir::Value> sequences, lastStates, lastCells;
  for (int64_t direction = 0; direction < layer->directions; ++direction) {
    mlir::Value h = initialState(node, *layer, 5, direction);
    mlir::Value c = hasCell ? initialState(node, *layer, 6, direction) : nullptr;
    mlir::Value all = write(node, *layer, direction, h, c, node.isUsed(0));
    if (node.failed())
      return failure();
    if (all && layer->directions > 1)
      all = node.createPart<qnn::ReshapeOp>(direction ? "reverse.sequence" : "sequence", all,
                                            Integers{layer->steps, 1, layer->batch, layer->hidden});
    sequences.push_back(all);
    lastStates.push_back(h);
    lastCells.push_back(c);
  }
  Integers state{layer->directions, layer->batch, layer->hidden}, one{1, layer->batch, layer->hidden};
  if (node.isUsed(0)) {
    mlir::Value all = sequences.size() == 1
                          ? sequences[0]
                          : node.createPart<qnn::ConcatOp>("directions", mlir::ValueRange(sequences), 1);
    if (failed(giveResult(node, all, {layer->steps, layer->directions, layer->batch, layer->hidden}, 0)))
      return failure();
  }
  if (node.isUsed(1) && failed(giveResult(node, stack(node, *layer, "last", lastStates, one, 0), state, 1)))
    return failure();
  if (hasCell && node.isUsed(2))
    return giveResult(node, stack(node, *layer, "last_cell", lastCells, one, 0), state, 2);
  return mlir::success();
}

LogicalResult importRnn(Node &node) { return importLayer(node, writeRnn, 1, {"Tanh"}, false); }
LogicalResult importGru(Node &node) { return importLayer(node, writeGru, 3, {"Sigmoid", "Tanh"}, false); }
LogicalResult importLstm(Node &node) { return importLayer(node, writeLstm, 4, {"Sigmoid", "Tanh", "Tanh"}, true); }

} // namespace

void tare::onnx::registerRecurrent(OpTable &table) {
  table.addImport("RNN", importRnn);
  table.addImport("GRU", importGru);
  table.addImport("LSTM", importLstm);
}
