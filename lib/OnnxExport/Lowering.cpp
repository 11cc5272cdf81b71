//===- Lowering.cpp - From the dialect's ops to ONNX's nodes --------------===//
#include "Lowering.h"

#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Dialect/Qnn/Host.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Passes/OnnxForms.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>
#include <fmt/format.h>

using namespace mlir;
using namespace tare;
using namespace tare::onnx;

namespace {

/// A node in the opset of the export: what were attributes of an older one are constants.
Status addNode(host::Node node, std::vector<std::string> operands, const std::vector<std::string> &results,
               const Origin &origin, GraphWriter &graph) {
  auto added = upgrade(node, operands.size(), results.size());
  if (!added)
    return added.error();
  for (const auto &[position, elements] : *added) {
    operands.resize(std::max(operands.size(), position + 1));
    operands[position] = graph.constant(origin.layer + "_" + std::to_string(position), elements);
  }
  graph.needOpset(leastOpset(node));
  graph.add(node.op, operands, results, origin, node.attributes);
  return tare::success();
}

/// The names of a step's operands; `before` is the result of the step before.
std::vector<std::string> namesOf(const NodeStep &step, const std::string &before) {
  std::vector<std::string> names;
  for (const std::optional<std::string> &operand : step.operands)
    names.push_back(operand.value_or(before));
  return names;
}

/// The limit that is fused into an op, as the node behind it.
std::optional<NodeStep> limitOf(Operation *op, GraphWriter &graph) {
  auto clamped = dyn_cast<qnn::ClampOpInterface>(op);
  std::optional<qnn::ClampAttr> clamp = clamped ? clamped.getClamp() : std::nullopt;
  if (!clamp)
    return std::nullopt;
  const double lower = clamp->getLower().convertToDouble(), upper = clamp->getUpper().convertToDouble();
  if (lower == 0 && std::isinf(upper))
    return NodeStep{{"Relu", usualOpset}, {std::nullopt}};
  NodeStep step{{"Clip", usualOpset}, {std::nullopt}};
  for (auto [end, name] : {std::pair(lower, "_lower"), std::pair(upper, "_upper")}) {
    Tensor number(ElementType::f32, Shape{});
    *number.mutableAs<float>() = float(end);
    step.operands.push_back(std::isinf(end) ? "" : graph.constant(qnn::layerName(op) + name, number));
  }
  return step;
}

/// One step of a form; `given` are the operands that are no constants.
NodeStep stepOf(const OnnxForm &form, ArrayRef<std::optional<std::string>> given, const std::string &layer,
                GraphWriter &graph) {
  NodeStep step{form.node, {}};
  const size_t count = form.constants.empty() ? given.size() : form.constants.size();
  for (size_t i = 0; i != count; ++i) {
    const size_t position = form.positions.empty() ? i : form.positions[i];
    step.operands.resize(position, "");
    if (!form.constants.empty() && form.constants[i]) {
      step.operands.push_back(graph.constant(layer + "_" + std::to_string(position), form.constants[i]));
    } else {
      step.operands.push_back(given.front());
      given = given.drop_front();
    }
  }
  return step;
}

Status lowerForm(Operation *op, const OnnxForm &form, GraphWriter &graph) {
  SmallVector<std::optional<std::string>> operands;
  for (Value operand : op->getOperands())
    operands.push_back(graph.read(operand));
  const std::string layer = qnn::layerName(op);
  std::vector<NodeStep> steps{stepOf(form, operands, layer, graph)};
  for (const OnnxForm &next : form.behind)
    steps.push_back(stepOf(next, {std::nullopt}, layer, graph));
  return lowerSteps(op, std::move(steps), graph);
}

Status lowerMovement(Operation *op, const OnnxForm &form, GraphWriter &graph) {
  SmallVector<std::optional<std::string>> operands;
  for (Value operand : op->getOperands())
    operands.push_back(graph.readOwn(operand));
  const Origin origin = Origin::of(op);
  const NodeStep step = stepOf(form, operands, origin.layer, graph);
  const std::string name = graph.nameOf(op->getResult(0), origin.values.front());
  if (Status added = addNode(step.node, namesOf(step, ""), {name}, origin, graph); !added)
    return added;
  graph.defineOwn(op->getResult(0), name);
  return tare::success();
}

/// Elements that move on one grid are integers that move, but for accumulators, which the export has as real numbers.
bool movesIntegers(Operation *op) {
  auto gridOp = dyn_cast<qnn::GridOpInterface>(op);
  auto isQuantized = [](Type type) {
    std::optional<qnn::Grid> grid = qnn::Grid::of(type);
    return grid && grid->bits <= 16;
  };
  return gridOp && gridOp.movesElements() && isQuantized(op->getResult(0).getType()) &&
         llvm::all_of(op->getOperandTypes(),
                      [&](Type type) { return isQuantized(type) || isa<IntegerType>(getElementTypeOrSelf(type)); });
}

Status lowerSwish(qnn::SwishOp op, GraphWriter &graph) {
  const std::string x = graph.read(op.getInput());
  return lowerSteps(op, {{{"Sigmoid", usualOpset}, {x}}, {{"Mul", usualOpset}, {x, std::nullopt}}}, graph);
}

Status lowerScaledSwish(qnn::ScaledSwishOp op, GraphWriter &graph) {
  const std::string x = graph.read(op.getInput());
  Tensor alpha(ElementType::f32, Shape{});
  *alpha.mutableAs<float>() = float(op.getAlpha().convertToDouble());
  const std::string factor = graph.constant(qnn::layerName(op) + "_alpha", alpha);
  return lowerSteps(op,
                    {{{"Mul", usualOpset}, {x, factor}},
                     {{"Sigmoid", usualOpset}, {std::nullopt}},
                     {{"Mul", usualOpset}, {x, std::nullopt}}},
                    graph);
}

Status lowerHost(qnn::HostOp op, GraphWriter &graph) {
  host::Node node = qnn::hostNode(op);
  std::vector<std::string> operands, results;
  for (int64_t number : qnn::inputNumbers(op))
    operands.push_back(number < 0 ? "" : graph.read(op.getInputs()[number]));
  const Origin origin = Origin::of(op);
  for (auto [result, name] : llvm::zip_equal(op->getResults(), origin.values))
    results.push_back(graph.nameOf(result, name));
  if (Status added = addNode(std::move(node), std::move(operands), results, origin, graph); !added)
    return added;
  for (auto [result, name] : llvm::zip_equal(op->getResults(), results))
    graph.defineOwn(result, name);
  return tare::success();
}

/// The same integers with another meaning: whoever reads them says which.
Status lowerReinterpret(qnn::ReinterpretOp op, GraphWriter &graph) {
  const std::string own = graph.readIntegers(op.getInput());
  const Origin origin = Origin::of(op);
  const std::string name = graph.nameOf(op.getResult(), origin.values.front());
  graph.add("Identity", {own}, {name}, origin);
  graph.defineOwn(op.getResult(), name);
  return tare::success();
}

Status lowerCast(quant::QuantizeCastOp op, GraphWriter &graph) {
  if (!qnn::constantValue(op.getInput())) // Of a constant its readers read the integers.
    graph.quantize(graph.read(op.getInput()), op.getResult(), Origin::of(op));
  return tare::success();
}

Status lowerOther(Operation *op, GraphWriter &graph) {
  std::optional<OnnxForm> form = onnxFormOf(op);
  if (!form)
    return Error{"ONNX has no operator for it"};
  return movesIntegers(op) ? lowerMovement(op, *form, graph) : lowerForm(op, *form, graph);
}

} // namespace

Status onnx::lowerSteps(Operation *op, std::vector<NodeStep> steps, GraphWriter &graph) {
  std::optional<NodeStep> limit = limitOf(op, graph);
  if (limit)
    steps.push_back(std::move(*limit));
  const Origin origin = Origin::of(op);
  std::string before;
  for (size_t i = 0; i != steps.size(); ++i) {
    const bool isLast = i + 1 == steps.size(), isBeforeLimit = limit && i + 2 == steps.size();
    const Origin own = isLast ? origin : origin.step(isBeforeLimit ? "/unlimited" : fmt::format("/step{}", i));
    const std::string name =
        isLast ? graph.realNameOf(op->getResult(0), own.values.front()) : graph.freshName(own.values.front());
    if (Status added = addNode(steps[i].node, namesOf(steps[i], before), {name}, own, graph); !added)
      return added;
    before = name;
  }
  graph.define(op->getResult(0), before, {origin.layer + "_quantize", origin.values});
  return tare::success();
}

Status onnx::lower(Operation *op, GraphWriter &graph) {
  if (isa<qnn::ConstantOp>(op))
    return tare::success(); // Its readers ask for it.
  return llvm::TypeSwitch<Operation *, Status>(op)
      .Case([&](quant::QuantizeCastOp cast) { return lowerCast(cast, graph); })
      .Case([&](quant::DequantizeCastOp cast) {
        graph.dequantize(cast);
        return tare::success();
      })
      .Case([&](qnn::ReinterpretOp reinterpret) { return lowerReinterpret(reinterpret, graph); })
      .Case([&](qnn::RequantizeOp requantize) {
        graph.quantize(graph.read(requantize.getInput()), requantize.getResult(), Origin::of(requantize));
        return tare::success();
      })
      .Case([&](qnn::HostOp host) { return lowerHost(host, graph); })
      .Case([&](qnn::SwishOp swish) { return lowerSwish(swish, graph); })
      .Case([&](qnn::ScaledSwishOp swish) { return lowerScaledSwish(swish, graph); })
      .Case([&](qnn::AccumulatorOpInterface product) { return lowerProduct(product, graph); })
      .Default([&](Operation *other) { return lowerOther(other, graph); });
}
