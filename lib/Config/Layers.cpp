//===- Layers.cpp - What a configuration is about -------------------------===//
#include "tare/Config/Layers.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Movements.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

using namespace mlir;
using namespace tare;
using namespace tare::config;
using qnn::AccumulatorOpInterface;
using qnn::GridOpInterface;
using qnn::GridRule;

namespace {

bool hasCast(Value value) { return llvm::any_of(value.getUsers(), llvm::IsaPred<quant::QuantizeCastOp>); }

bool keepsGrid(Value value) {
  auto op = value.getDefiningOp<GridOpInterface>();
  return op && op.getGridRule() == GridRule::Same && !isa<qnn::GatherOp>(op.getOperation());
}

/// Why the grid of a value is not a matter of choice; empty where it is.
std::string whyNoGrid(Value value) {
  if (!qnn::isFloatTensor(value))
    return "it gives integers";
  if (hasCast(value))
    return "the model rounds its result to a grid of its own";
  Operation *op = value.getDefiningOp();
  if (op && op->hasAttr(qnn::intermediateAttrName))
    return "it is a step on the way to a node's result";
  if (keepsGrid(value))
    return "it keeps the grid of '" + qnn::valueName(op->getOperand(0)) + "'";
  return "";
}

std::string whyNoWeights(Operation *op) {
  auto accumulator = dyn_cast<AccumulatorOpInterface>(op);
  if (!accumulator)
    return "it has no weights";
  Value weights = accumulator.getWeightOperand().get();
  return qnn::isFloatTensor(weights) && qnn::constantValue(weights) ? "" : "its weights are the model's own integers";
}

std::string whyNotFloat(Operation *op, bool isInLoop) {
  if (isInLoop)
    return "it is a part of a loop, of which the host computes none";
  return qnn::movesElements(op) ? "it moves elements, which are what the layers beside it make them" : "";
}

/// As ONNX has the weights of the operators: a ConvTranspose's input channels come first.
std::vector<int64_t> channelAxesOf(Operation *op, Value weights) {
  const int64_t rank = cast<RankedTensorType>(weights.getType()).getRank();
  if (rank == 2)
    return {0, 1, -1, -2};
  const int64_t axis = isa<qnn::ConvTransposeOp>(op) ? 1 : 0;
  return {axis, axis - rank};
}

/// The layers of one function.
class Collector {
public:
  explicit Collector(func::FuncOp function)
      : function(function), leaving(function.front(), [](Operation *op) {
          return op->hasTrait<OpTrait::IsTerminator>() || isa<qnn::HostOp>(op);
        }) {}

  std::vector<Layer> collect() {
    for (Value argument : function.getArguments())
      addInput(argument);
    int64_t loops = 0;
    for (Operation &op : function.front().without_terminator()) {
      loops += isa<qnn::LoopBeginOp>(op);
      if (isa<GridOpInterface, qnn::HostOp>(op))
        add(&op, loops > 0);
      loops -= isa<qnn::LoopEndOp>(op);
    }
    return std::move(layers);
  }

private:
  void addInput(Value argument) {
    Layer layer;
    layer.name = qnn::valueName(argument);
    layer.op = "input";
    layer.isInput = true;
    layer.refusals = {whyNoGrid(argument), "it has no weights", "it is an input"};
    finish(layer, argument);
  }

  void add(Operation *op, bool isInLoop) {
    Layer layer;
    layer.name = qnn::layerName(op);
    auto host = dyn_cast<qnn::HostOp>(op);
    layer.isHost = host != nullptr;
    layer.hasOwnWidth = isInLoop || (isa<AccumulatorOpInterface>(op) && leaving.contains(op->getResult(0)));
    layer.op = host ? host.getKind().str() : op->getName().stripDialect().str();
    for (Value operand : op->getOperands())
      if (auto maker = makers.find(sourceOf(operand)); maker != makers.end())
        layer.operandLayers.push_back(maker->second);
    layer.keepsGrid = keepsGrid(op->getResult(0));
    for (Value result : op->getResults())
      if (layer.refusals.activations = whyNoGrid(result); layer.refusals.activations.empty())
        break;
    layer.refusals.weights = whyNoWeights(op);
    layer.refusals.keepFloat = whyNotFloat(op, isInLoop);
    if (auto accumulator = dyn_cast<AccumulatorOpInterface>(op); accumulator && layer.refusals.weights.empty()) {
      layer.weights = qnn::valueName(accumulator.getWeightOperand().get());
      layer.channels = accumulator.getOutputChannels();
      layer.channelAxes = channelAxesOf(op, accumulator.getWeightOperand().get());
    }
    finish(layer, op->getResults());
  }

  /// What a model's own casts, which are no layers, read.
  static Value sourceOf(Value value) {
    while (Operation *op = value.getDefiningOp()) {
      if (!isa<quant::QuantizeCastOp, quant::DequantizeCastOp>(op))
        break;
      value = op->getOperand(0);
    }
    return value;
  }

  void finish(Layer &layer, ValueRange results) {
    for (Value result : results) {
      layer.values.push_back(qnn::valueName(result));
      makers[result] = layers.size();
    }
    layers.push_back(std::move(layer));
  }

  func::FuncOp function;
  const qnn::ValuesReadBy leaving;
  llvm::DenseMap<Value, size_t> makers;
  std::vector<Layer> layers;
};

} // namespace

std::vector<Layer> tare::config::layersOf(func::FuncOp function) { return Collector(function).collect(); }
