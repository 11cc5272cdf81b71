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

#include <algorithm>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The state, which is 0 for a sequence that has no steps at all, as ONNX Runtime has it: it is the last one, too.
mlir::Value ofSequencesWithSteps(Node &node, const Layer &layer, const std::string &name, mlir::Value state) {
  if (!layer.isWithin)
    return state;
  Tensor hasSteps(ElementType::f32, Shape{layer.batch, 1});
  std::copy_n(layer.isWithin.as<float>(), layer.batch, hasSteps.mutableAs<float>());
  if (llvm::all_of(toDoubles(hasSteps), [](double each) { return each == 1; }))
    return state;
  mlir::Value factor = node.constant(node.derivedName(name + ".has_steps"), hasSteps);
  return node.createPart<qnn::MulOp>(name + ".within", factor, state, nullptr);
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
  Shape expected{layer.directions, layer.batch, layer.hidden};
  if (layer.isBatchFirst)
    std::swap(expected[0], expected[1]);
  if (*node.shapeOf(operand) != expected) {
    (void)node.error("initial state '" + node.operandName(operand) + "' has the shape " +
                     toString(*node.shapeOf(operand)) + ", expected " + toString(expected));
    return nullptr;
  }
  std::string name = "initial" + std::to_string(operand) + (direction ? ".reverse" : "");
  if (layer.isBatchFirst)
    all = node.createPart<qnn::TransposeOp>(name + ".directions_first", all, Integers{1, 0, 2});
  if (layer.directions > 1)
    all = node.createPart<qnn::SliceOp>(name + ".slice", all, Integers{direction, 0, 0}, Integers{1, 1, 1},
                                        Integers{1, layer.batch, layer.hidden});
  mlir::Value own = node.createPart<qnn::ReshapeOp>(name, all, Integers{layer.batch, layer.hidden});
  return ofSequencesWithSteps(node, layer, name, own);
}

/// Values of [batch, hidden] as [1, 1, batch, hidden], joined along an axis.
mlir::Value stack(Node &node, const Layer &layer, llvm::StringRef name, llvm::ArrayRef<mlir::Value> values,
                  Integers shape, int64_t axis) {
  llvm::SmallVector<mlir::Value> parts;
  for (auto [index, value] : llvm::enumerate(values))
    parts.push_back(node.createPart<qnn::ReshapeOp>(fmt::format("{}.{}", name.str(), index), value, shape));
  return parts.size() == 1 ? parts[0] : node.createPart<qnn::ConcatOp>(name, mlir::ValueRange(parts), axis);
}

/// The result `index`: what is computed, of the shape, its axes in that order, under the result's name.
LogicalResult giveResult(Node &node, mlir::Value value, const Integers &shape, const Integers &order, unsigned index) {
  if (node.resultName(index).empty() || node.failed())
    return mlir::failure(node.failed());
  if (llvm::is_sorted(order))
    return node.give(node.createNamed<qnn::ReshapeOp>(node.resultName(index), value, shape), index);
  value = node.createPart<qnn::ReshapeOp>(fmt::format("result{}", index), value, shape);
  return node.give(node.createNamed<qnn::TransposeOp>(node.resultName(index), value, order), index);
}

LogicalResult importLayer(Node &node, WriteCells write, const Kind &kind) {
  std::optional<Layer> layer = readLayer(node, kind);
  if (!layer)
    return failure();
  llvm::SmallVector<mlir::Value> sequences, lastStates, lastCells;
  for (int64_t direction = 0; direction < layer->directions; ++direction) {
    mlir::Value h = initialState(node, *layer, 5, direction);
    mlir::Value c = kind.hasCell ? initialState(node, *layer, 6, direction) : nullptr;
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
  bool isBatchFirst = layer->isBatchFirst;
  Integers sequenceOrder = isBatchFirst ? Integers{2, 0, 1, 3} : Integers{0, 1, 2, 3};
  Integers stateOrder = isBatchFirst ? Integers{1, 0, 2} : Integers{0, 1, 2};
  if (node.isUsed(0)) {
    mlir::Value all = sequences.size() == 1
                          ? sequences[0]
                          : node.createPart<qnn::ConcatOp>("directions", mlir::ValueRange(sequences), 1);
    if (failed(giveResult(node, all, {layer->steps, layer->directions, layer->batch, layer->hidden}, sequenceOrder, 0)))
      return failure();
  }
  if (node.isUsed(1) && failed(giveResult(node, stack(node, *layer, "last", lastStates, one, 0), state, stateOrder, 1)))
    return failure();
  if (kind.hasCell && node.isUsed(2))
    return giveResult(node, stack(node, *layer, "last_cell", lastCells, one, 0), state, stateOrder, 2);
  return mlir::success();
}

LogicalResult importRnn(Node &node) { return importLayer(node, writeRnn, {1, {"Tanh"}}); }
LogicalResult importGru(Node &node) { return importLayer(node, writeGru, {3, {"Sigmoid", "Tanh"}}); }
LogicalResult importLstm(Node &node) {
  return importLayer(node, writeLstm, {4, {"Sigmoid", "Tanh", "Tanh"}, /*hasCell=*/true});
}

} // namespace

void tare::onnx::registerRecurrent(OpTable &table) {
  table.addImport("RNN", importRnn);
  table.addImport("GRU", importGru);
  table.addImport("LSTM", importLstm);
}
