//===- LoopOfBody.cpp - A loop of the IR over a body ----------------------===//
#include "LoopOfBody.h"
#include "NodeNotes.h"
#include "Ops/Axes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The order of axes in which `axis` is the first one, and the others are behind it as they were.
Integers axisFirst(int64_t rank, int64_t axis) {
  Integers order{axis};
  for (int64_t i = 0; i < rank; ++i)
    if (i != axis)
      order.push_back(i);
  return order;
}

/// A sequence along another axis than the first is moved, which integers are not.
bool mayMove(Node &node, mlir::Value value) {
  if (value && !qnn::isFloatTensor(value))
    (void)node.error("takes integers along another axis than the first");
  return value && !node.failed();
}

} // namespace

LogicalResult LoopOfBody::write(llvm::function_ref<Names(LoopWriter &)> leading, size_t leadingOutputs) {
  std::vector<NamedValue> sequences, states;
  for (auto [number, each] : llvm::enumerate(ports.sequences)) {
    std::string name = fmt::format("sequence{}", number);
    mlir::Value value = node.inOwnType(each.name);
    if (each.axis != 0)
      value = mayMove(node, value)
                  ? node.createPart<qnn::TransposeOp>(name, value, axisFirst(dims(value).size(), each.axis))
                  : nullptr;
    sequences.push_back({name + "_element", value, each.isReversed});
  }
  for (auto [number, name] : llvm::enumerate(ports.states))
    states.push_back({fmt::format("state{}", number), node.inOwnType(name)});
  LoopWriter loop(node, "", turns, sequences, states);
  takeStepName(node.proto(), loop.number());
  Names inputs = leading(loop);
  auto enter = [&](const NamedValue &entering, mlir::Value value) {
    takeNotes(body.input(inputs.size()), value);
    inputs.push_back(defined(entering.name, value));
  };
  for (size_t i = 0; i != states.size(); ++i)
    enter(states[i], loop.state(i));
  for (size_t i = 0; i != sequences.size(); ++i)
    enter(sequences[i], loop.slice(i));
  Names outputs = node.failed() ? Names() : body.run("", inputs);
  if (outputs.empty())
    return failure();
  return give(loop, llvm::ArrayRef(outputs).drop_front(leadingOutputs));
}

std::string LoopOfBody::defined(const std::string &name, mlir::Value value) {
  std::string full = node.derivedName(name);
  if (value)
    node.define(full, GraphValue{Tensor(), std::nullopt, value});
  return full;
}

LogicalResult LoopOfBody::give(LoopWriter &loop, llvm::ArrayRef<std::string> outputs) {
  std::vector<NamedValue> carries, collects;
  for (auto [number, name] : llvm::enumerate(outputs)) {
    const bool isState = number < ports.states.size();
    NamedValue leaving{fmt::format("{}{}", isState ? "last" : "all", isState ? number : number - ports.states.size()),
                       node.inOwnType(name)};
    if (!isState)
      leaving.isReversed = ports.collected[number - ports.states.size()].isReversed;
    // What is moved behind the loop is the model's value then.
    if (isState || ports.collected[number - ports.states.size()].axis == 0)
      if (llvm::StringRef result = node.resultName(number); !result.empty())
        leaving.name = result.str(), leaving.isOfModel = true;
    (isState ? carries : collects).push_back(leaving);
  }
  llvm::SmallVector<mlir::Value> results = loop.end(carries, collects);
  for (auto [index, result] : llvm::enumerate(results)) {
    if (node.failed() || node.resultName(index).empty())
      continue;
    if (index >= carries.size())
      result = movedBack(result, index, ports.collected[index - carries.size()].axis);
    if (!result || failed(node.give(result, index)))
      return failure();
  }
  return mlir::failure(node.failed());
}

mlir::Value LoopOfBody::movedBack(mlir::Value sequence, unsigned index, int64_t axis) {
  std::optional<int64_t> to = readAxis(node, axis, dims(sequence).size());
  if (!to || *to == 0 || !mayMove(node, sequence))
    return to && *to == 0 ? sequence : nullptr;
  Integers order = axisFirst(dims(sequence).size(), *to), inverse(order.size());
  for (auto [now, before] : llvm::enumerate(order))
    inverse[before] = now;
  return node.createNamed<qnn::TransposeOp>(node.resultName(index), sequence, inverse);
}
