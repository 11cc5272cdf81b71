//===- Loops.cpp - Loop and Scan of known length --------------------------===//
//
// The body as often as it runs, one copy behind the other, each with values of its own names: "<first result>/<turn>/
// <value>". What does not depend on the turn is computed at import, or is one op.
//
//===----------------------------------------------------------------------===//
#include "Axes.h"
#include "Composite.h"
#include "ConstantData.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

using Names = std::vector<std::string>;

/// More turns, and more nodes in all of them, are not written out.
constexpr int64_t mostTurns = 1024, mostNodes = 1 << 16;

/// Gives the values that `graph` reads from around it their new names; what it defines itself hides them.
void renameReads(proto::GraphProto &graph, llvm::StringMap<std::string> names);

void renameReads(proto::NodeProto &node, const llvm::StringMap<std::string> &names) {
  for (std::string &input : *node.mutable_input())
    if (auto found = names.find(input); found != names.end())
      input = found->second;
  for (proto::AttributeProto &attribute : *node.mutable_attribute())
    if (attribute.has_g())
      renameReads(*attribute.mutable_g(), names);
}

void renameReads(proto::GraphProto &graph, llvm::StringMap<std::string> names) {
  for (const auto &tensor : graph.initializer())
    names.erase(tensor.name());
  for (const auto &input : graph.input())
    names.erase(input.name());
  for (const auto &node : graph.node())
    for (const std::string &output : node.output())
      names.erase(output);
  for (proto::NodeProto &node : *graph.mutable_node())
    renameReads(node, names);
  for (proto::ValueInfoProto &output : *graph.mutable_output())
    if (auto found = names.find(output.name()); found != names.end())
      output.set_name(found->second);
}

/// The graph that a node runs again and again.
class Body {
public:
  Body(Node &node, proto::GraphProto &graph) : node(node), graph(graph) {
    for (proto::TensorProto &tensor : *graph.mutable_initializer()) {
      shared[tensor.name()] = valueName("", tensor.name());
      Tensor elements = node.readTensor(tensor);
      if (elements)
        node.define(shared[tensor.name()], GraphValue{elements, std::nullopt, nullptr});
    }
  }

  int64_t numInputs() const { return graph.input_size(); }
  int64_t numOutputs() const { return graph.output_size(); }
  int64_t numNodes() const { return graph.node_size(); }

  /// One turn on the values `inputs`; the names of its outputs.
  Names run(int64_t turn, const Names &inputs) {
    llvm::StringMap<std::string> names = shared;
    for (int64_t i = 0; i < numInputs(); ++i)
      names[graph.input(i).name()] = inputs[i];
    std::string number = std::to_string(turn) + "/";
    for (const proto::NodeProto &each : graph.node()) {
      proto::NodeProto copy = each;
      renameReads(copy, names);
      for (std::string &output : *copy.mutable_output())
        if (!output.empty())
          output = names[output] = valueName(number, output);
      std::string own = !each.name().empty() ? each.name() : each.output_size() ? each.output(0) : "";
      if (node.failed() || mlir::failed(node.importPart(copy, node.graphNode().layer + "." + number + own)))
        return {};
    }
    Names outputs;
    for (const auto &output : graph.output()) {
      auto found = names.find(output.name());
      outputs.push_back(found == names.end() ? output.name() : found->second);
      if (!node.valueOf(outputs.back()))
        (void)node.error("value '" + output.name() + "' of its body is missing");
    }
    return node.failed() ? Names() : outputs;
  }

private:
  std::string valueName(const std::string &turn, const std::string &value) const {
    return node.graphNode().proto->output(0) + "/" + turn + value;
  }

  Node &node;
  proto::GraphProto &graph;
  llvm::StringMap<std::string> shared;
};

proto::GraphProto *bodyOf(Node &node) {
  for (const proto::AttributeProto &attribute : node.proto().attribute())
    if (attribute.name() == "body" && attribute.has_g())
      return const_cast<proto::GraphProto *>(&attribute.g()); // Reading a tensor takes its bytes.
  (void)node.error("attribute 'body' is missing");
  return nullptr;
}

bool isWrittenOut(Node &node, int64_t turns, const Body &body) {
  if (turns <= mostTurns && turns * std::max<int64_t>(body.numNodes(), 1) <= mostNodes)
    return true;
  return (void)node.error(fmt::format("runs {} turns of {} nodes; at most {} turns and {} nodes are written out", turns,
                                      body.numNodes(), mostTurns, mostNodes)),
         false;
}

/// What the turns gave, one beside the other along a new axis, as result `index`.
LogicalResult giveStacked(Node &node, Names parts, int64_t axis, bool reversed, unsigned index) {
  if (!node.isUsed(index))
    return mlir::success();
  if (parts.empty())
    return node.error("runs no turn, so that the shape of result '" + node.resultName(index) + "' is not known");
  if (reversed)
    std::reverse(parts.begin(), parts.end());
  Composite composite(node);
  Shape shape = node.shapeOfValue(parts[0]);
  std::optional<int64_t> at = readAxis(node, axis, shape.size() + 1);
  if (!at)
    return failure();
  shape.insert(shape.begin() + *at, 1);
  std::string name = "stack" + std::to_string(index);
  std::string wanted = composite.constant(name + "/shape", fromIntegers(shape));
  Names wide;
  for (auto [number, part] : llvm::enumerate(parts))
    wide.push_back(composite.step(fmt::format("{}/{}", name, number), "Reshape", {part, wanted}));
  return composite.give(index, "Concat", wide, {attribute("axis", *at)});
}

LogicalResult giveValues(Node &node, const Names &values, unsigned first) {
  for (auto [index, name] : llvm::enumerate(values)) {
    GraphValue *value = node.valueOf(name);
    if (!value)
      return node.error("value '" + name + "' is missing");
    if (failed(node.give(GraphValue(*value), first + index)))
      return failure();
  }
  return mlir::success();
}

/// The value of a condition, which must be known.
std::optional<bool> readCondition(Node &node, const std::string &name) {
  GraphValue *value = node.valueOf(name);
  if (value && value->isKnown() && value->constant.element() == ElementType::boolean && value->constant.count() == 1)
    return *value->constant.as<bool>();
  (void)node.error("its condition '" + name + "' depends on data, which would choose how often its body runs");
  return std::nullopt;
}

/// Operands: how often, a condition, what is carried from turn to turn.
LogicalResult importLoop(Node &node) {
  proto::GraphProto *graph = bodyOf(node);
  if (!graph)
    return failure();
  Body body(node, *graph);
  Composite composite(node);
  Names carried;
  for (unsigned i = 2; i < node.numOperands(); ++i)
    carried.push_back(node.operandName(i).str());
  int64_t states = carried.size(), stacked = body.numOutputs() - 1 - states;
  if (body.numInputs() != states + 2 || stacked < 0 || node.numResults() > size_t(states + stacked))
    return node.error(fmt::format("its body has {} inputs and {} outputs for {} carried values", body.numInputs(),
                                  body.numOutputs(), states));
  int64_t most = mostTurns + 1;
  if (node.hasOperand(0)) {
    std::optional<Integers> given = node.requireIntegers(0, "the number of turns");
    if (!given || given->size() != 1)
      return node.error("the number of turns must be one number");
    most = std::min(given->front(), most);
  }
  std::optional<bool> goesOn = node.hasOperand(1) ? readCondition(node, node.operandName(1).str()) : true;
  std::vector<Names> columns(stacked);
  std::string condition = composite.constant("true", boolean(true));
  for (int64_t turn = 0; goesOn && *goesOn && turn < most && !node.failed(); ++turn) {
    if (!isWrittenOut(node, turn + 1, body))
      return failure();
    Names inputs{composite.constant(fmt::format("{}/turn", turn), fromInteger(turn)), condition};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    Names outputs = body.run(turn, inputs);
    if (outputs.empty())
      return failure();
    goesOn = readCondition(node, outputs[0]);
    carried.assign(outputs.begin() + 1, outputs.begin() + 1 + states);
    for (int64_t i = 0; i < stacked; ++i)
      columns[i].push_back(outputs[1 + states + i]);
  }
  if (node.failed() || failed(giveValues(node, carried, 0)))
    return failure();
  for (int64_t i = 0; i < stacked; ++i)
    if (failed(giveStacked(node, columns[i], 0, false, states + i)))
      return failure();
  return mlir::success();
}

/// A list with an element for each of `count`; none stands for zeros.
std::optional<Integers> listFor(Node &node, llvm::StringRef name, int64_t count) {
  Integers list = node.intsAttribute(name).value_or(Integers(count, 0));
  if (int64_t(list.size()) == count)
    return list;
  (void)node.error(fmt::format("attribute '{}' has {} elements, expected {}", name.str(), list.size(), count));
  return std::nullopt;
}

/// Operands: what is carried, then what is read slice by slice.
LogicalResult importScan(Node &node) {
  proto::GraphProto *graph = bodyOf(node);
  if (node.opset() < 9)
    return node.error("is of the form before opset 9");
  if (!graph)
    return failure();
  Body body(node, *graph);
  Composite composite(node);
  int64_t read = node.intAttribute("num_scan_inputs", 0), states = int64_t(node.numOperands()) - read;
  int64_t stacked = body.numOutputs() - states;
  if (read < 1 || states < 0 || stacked < 0 || body.numInputs() != states + read ||
      node.numResults() > size_t(states + stacked))
    return node.error(fmt::format("its body has {} inputs and {} outputs for {} carried values", body.numInputs(),
                                  body.numOutputs(), states));
  auto axes = listFor(node, "scan_input_axes", read), directions = listFor(node, "scan_input_directions", read);
  auto outAxes = listFor(node, "scan_output_axes", stacked);
  auto outDirections = listFor(node, "scan_output_directions", stacked);
  if (!axes || !directions || !outAxes || !outDirections)
    return failure();
  std::optional<int64_t> turns;
  for (int64_t i = 0; i < read; ++i) {
    std::optional<Shape> shape = node.shapeOf(states + i);
    std::optional<int64_t> axis = shape ? readAxis(node, (*axes)[i], shape->size()) : std::nullopt;
    if (!axis)
      return failure();
    (*axes)[i] = *axis;
    if (turns && *turns != (*shape)[*axis])
      return node.error(fmt::format("reads {} slices of one operand and {} of another", *turns, (*shape)[*axis]));
    turns = (*shape)[*axis];
  }
  if (!isWrittenOut(node, *turns, body))
    return failure();
  Names carried;
  for (int64_t i = 0; i < states; ++i)
    carried.push_back(node.operandName(i).str());
  std::vector<Names> columns(stacked);
  for (int64_t turn = 0; turn < *turns && !node.failed(); ++turn) {
    Names inputs = carried;
    for (int64_t i = 0; i < read; ++i) {
      int64_t index = (*directions)[i] ? *turns - 1 - turn : turn;
      std::string at = composite.constant(fmt::format("{}/index{}", turn, i), fromInteger(index));
      inputs.push_back(composite.step(fmt::format("{}/slice{}", turn, i), "Gather",
                                      {node.operandName(states + i).str(), at}, {attribute("axis", (*axes)[i])}));
    }
    Names outputs = node.failed() ? Names() : body.run(turn, inputs);
    if (outputs.empty())
      return failure();
    carried.assign(outputs.begin(), outputs.begin() + states);
    for (int64_t i = 0; i < stacked; ++i)
      columns[i].push_back(outputs[states + i]);
  }
  if (node.failed() || failed(giveValues(node, carried, 0)))
    return failure();
  for (int64_t i = 0; i < stacked; ++i)
    if (failed(giveStacked(node, columns[i], (*outAxes)[i], (*outDirections)[i] != 0, states + i)))
      return failure();
  return mlir::success();
}

} // namespace

void tare::onnx::registerLoops(OpTable &table) {
  table.addImport("Loop", importLoop);
  table.addImport("Scan", importScan);
}
