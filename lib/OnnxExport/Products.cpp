//===- Products.cpp - Layers with weights ---------------------------------===//
#include "Lowering.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"
#include "tare/Passes/OnnxForms.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

namespace {

/// Weights that are constants: integers of a grid, or real numbers.
struct Weights {
  Tensor elements;
  RankedTensorType type;
};

std::optional<Weights> weightsOf(Value value) {
  if (auto read = value.getDefiningOp<quant::DequantizeCastOp>())
    value = read.getInput();
  auto type = cast<RankedTensorType>(value.getType());
  if (ElementsAttr known = qnn::constantValue(value))
    return Weights{qnn::toTensor(known), type};
  auto rounded = value.getDefiningOp<quant::QuantizeCastOp>();
  ElementsAttr reals = rounded ? qnn::constantValue(rounded.getInput()) : ElementsAttr();
  return reals ? std::optional(Weights{constantOnGrid(qnn::toTensor(reals), type), type}) : std::nullopt;
}

/// Real numbers [O, I / group, kernel..] in ONNX's order [I, O / group, kernel..], by nodes: of groups the scales run
/// along two of its axes.
std::string movedByNodes(qnn::AccumulatorOpInterface op, int64_t group, GraphWriter &graph) {
  ArrayRef<int64_t> shape = cast<ShapedType>(op.getWeightOperand().get().getType()).getShape();
  std::vector<int64_t> split{group, shape[0] / group, shape[1]}, order{0, 2, 1}, result{group * shape[1], split[1]};
  for (size_t axis = 2; axis != shape.size(); ++axis) {
    split.push_back(shape[axis]);
    order.push_back(int64_t(axis) + 1);
    result.push_back(shape[axis]);
  }
  const std::string name = qnn::layerName(op) + "_weight";
  auto list = [&](const std::vector<int64_t> &sizes) {
    Tensor tensor(ElementType::i64, {int64_t(sizes.size())});
    std::copy(sizes.begin(), sizes.end(), tensor.mutableAs<int64_t>());
    return graph.constant(name + "_shape", tensor);
  };
  auto origin = [&](StringRef step) { return Origin{name + step.str(), {name + step.str()}}; };
  std::string reals = graph.read(op.getWeightOperand().get());
  reals = graph.add("Reshape", {reals, list(split)}, origin("_groups"));
  reals = graph.add("Transpose", {reals}, origin("_moved"), host::Attributes({{"perm", order}}));
  return graph.add("Reshape", {reals, list(result)}, origin("_inputs_first"));
}

/// Weights [O, I / group, kernel..] in ONNX's order [I, O / group, kernel..]: what the node reads.
Result<std::string> inputsFirst(qnn::AccumulatorOpInterface op, int64_t group, GraphWriter &graph) {
  std::optional<Weights> weights = weightsOf(op.getWeightOperand().get());
  if (!weights)
    return Error{"its weights are computed, and in another order than ONNX's"};
  const Tensor moved = inputChannelsFirst(weights->elements, group);
  const std::string name = qnn::layerName(op) + "_weight";
  std::optional<qnn::Grid> grid = qnn::Grid::of(weights->type);
  if (!grid)
    return graph.constant(name, moved);
  const int64_t outputs = weights->elements.shape()[0];
  if (llvm::all_equal(grid->scales) && llvm::all_equal(grid->zeroPoints)) {
    grid->scales.truncate(1);
    grid->zeroPoints.truncate(1);
    grid->axis.reset();
  } else if (group == 1) {
    grid->axis = 1;
  } else if (group == outputs) {
    grid->axis = 0;
  } else {
    return movedByNodes(op, group, graph);
  }
  auto type = RankedTensorType::get(moved.shape(), grid->type(op->getContext()));
  return graph.dequantizedConstant(name, moved, type);
}

NodeStep productOf(host::Node node, const std::string &activation, const std::string &weights, Value bias,
                   GraphWriter &graph) {
  NodeStep step{std::move(node), {activation, weights}};
  if (bias)
    step.operands.push_back(graph.read(bias));
  return step;
}

Status lowerConv(qnn::AccumulatorOpInterface op, const host::Node &node, GraphWriter &graph) {
  const std::string activation = graph.read(op.getActivationOperand().get());
  const std::string weights = graph.read(op.getWeightOperand().get());
  return lowerSteps(op, {productOf(node, activation, weights, op.getBiasValue(), graph)}, graph);
}

Status lowerConvTranspose(qnn::ConvTransposeOp op, const host::Node &node, GraphWriter &graph) {
  Result<std::string> weights = inputsFirst(op, op.getGroup(), graph);
  if (!weights)
    return weights.error();
  return lowerSteps(op, {productOf(node, graph.read(op.getInput()), *weights, op.getBias(), graph)}, graph);
}

/// A Gemm of a matrix; of more dimensions a MatMul, and an Add of the bias.
Status lowerLinear(qnn::LinearOp op, GraphWriter &graph) {
  const std::string activation = graph.read(op.getInput());
  if (cast<RankedTensorType>(op.getInput().getType()).getRank() == 2) {
    host::Node gemm{"Gemm", usualOpset, host::Attributes({{"transB", int64_t(1)}})};
    return lowerSteps(op, {productOf(std::move(gemm), activation, graph.read(op.getWeight()), op.getBias(), graph)},
                      graph);
  }
  Result<std::string> weights = inputsFirst(op, 1, graph);
  if (!weights)
    return weights.error();
  std::vector<NodeStep> steps{productOf({"MatMul", usualOpset}, activation, *weights, nullptr, graph)};
  if (op.getBias())
    steps.push_back({{"Add", usualOpset}, {std::nullopt, graph.read(op.getBias())}});
  return lowerSteps(op, std::move(steps), graph);
}

} // namespace

Status onnx::lowerProduct(qnn::AccumulatorOpInterface op, GraphWriter &graph) {
  if (auto linear = dyn_cast<qnn::LinearOp>(op.getOperation()))
    return lowerLinear(linear, graph);
  std::optional<OnnxForm> form = onnxFormOf(op);
  if (!form)
    return Error{"its weights are computed; ONNX's quantized models have constant ones"};
  if (auto transposed = dyn_cast<qnn::ConvTransposeOp>(op.getOperation()))
    return lowerConvTranspose(transposed, form->node, graph);
  return lowerConv(op, form->node, graph);
}
