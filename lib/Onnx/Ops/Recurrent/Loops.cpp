//===- Loops.cpp - Loop and Scan of known length --------------------------===//
//
// A loop of the IR over the body. Where that would leave some of the body to the host, as what is computed from the
// turn's number, the body is written out as often as it runs, one copy behind the other, each with values of its own
// names: "<first result>/<turn>/<value>"; what does not depend on data is computed at import then.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "LoopWriter.h"
#include "Ops/Axes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

using Names = std::vector<std::string>;

/// More turns, and more nodes in all of them, are not written out.
constexpr int64_t mostTurns = 1024, mostNodes = 1 << 16;
/// More turns than data have elements would be a mistake of whoever wrote the model.
constexpr int64_t longestLoop = 1 << 20;

/// New names of values, by their old ones; `prefix` begins those of what the branch of an If defines.
struct Renaming {
  llvm::StringMap<std::string> names;
  std::string prefix;

  std::string of(const std::string &name) const {
    auto found = names.find(name);
    return found == names.end() ? name : found->second;
  }
  std::string define(const std::string &name) { return name.empty() ? name : names[name] = prefix + name; }
};

void renameReads(proto::GraphProto &graph, Renaming renaming);
void renameBranch(proto::GraphProto &branch, Renaming renaming);

void renameReads(proto::NodeProto &node, const Renaming &renaming) {
  for (std::string &input : *node.mutable_input())
    input = renaming.of(input);
  for (proto::AttributeProto &attribute : *node.mutable_attribute())
    if (attribute.has_g() && node.op_type() == "If")
      renameBranch(*attribute.mutable_g(), renaming);
    else if (attribute.has_g())
      renameReads(*attribute.mutable_g(), renaming);
}

/// Gives the values that the body of another loop reads from around it their new names; what it defines itself hides
/// them, and gets new ones when that is imported.
void renameReads(proto::GraphProto &graph, Renaming renaming) {
  for (const auto &tensor : graph.initializer())
    renaming.names.erase(tensor.name());
  for (const auto &input : graph.input())
    renaming.names.erase(input.name());
  for (const auto &node : graph.node())
    for (const std::string &output : node.output())
      renaming.names.erase(output);
  for (proto::NodeProto &node : *graph.mutable_node())
    renameReads(node, renaming);
  for (proto::ValueInfoProto &output : *graph.mutable_output())
    output.set_name(renaming.of(output.name()));
}

/// The branch of an If becomes a part of the graph around it, once for each turn: what it defines has a name in each.
void renameBranch(proto::GraphProto &branch, Renaming renaming) {
  for (proto::TensorProto &tensor : *branch.mutable_initializer())
    tensor.set_name(renaming.define(tensor.name()));
  for (proto::NodeProto &node : *branch.mutable_node()) {
    renameReads(node, renaming);
    for (std::string &output : *node.mutable_output())
      output = renaming.define(output);
  }
  for (proto::ValueInfoProto &output : *branch.mutable_output())
    output.set_name(renaming.of(output.name()));
}

/// The graph that a node runs again and again.
class Body {
public:
  Body(Node &node, proto::GraphProto &graph) : node(node), graph(graph) {
    for (const proto::TensorProto &tensor : graph.initializer()) {
      shared[tensor.name()] = valueName("", tensor.name());
      // Reading takes a tensor's bytes, and the node may be imported in another way.
      proto::TensorProto copy = tensor;
      Tensor elements = node.readTensor(copy);
      if (elements)
        node.define(shared[tensor.name()], GraphValue{elements, std::nullopt, nullptr});
    }
  }

  int64_t numInputs() const { return graph.input_size(); }
  int64_t numOutputs() const { return graph.output_size(); }
  int64_t numNodes() const { return graph.node_size(); }

  std::string conditionName() const { return graph.output(0).name(); }
  /// Whether a node of the body reads its input `index`.
  bool reads(int64_t index) const {
    return llvm::any_of(graph.node(), [&](const proto::NodeProto &each) {
      return llvm::is_contained(each.input(), graph.input(index).name());
    });
  }
  /// Whether the condition to go on, output 0, is the one that a turn begins with.
  bool keepsCondition() const {
    std::string name = graph.output(0).name();
    for (const proto::NodeProto &each : llvm::reverse(graph.node()))
      if (each.op_type() == "Identity" && each.output(0) == name)
        name = each.input(0);
    return name == graph.input(1).name();
  }

  /// One turn on the values `inputs`, whose names begin with `number`; the names of its outputs.
  Names run(const std::string &number, const Names &inputs) {
    Renaming renaming{shared, valueName(number, "")};
    for (int64_t i = 0; i < numInputs(); ++i)
      renaming.names[graph.input(i).name()] = inputs[i];
    for (const proto::NodeProto &each : graph.node()) {
      proto::NodeProto copy = each;
      renameReads(copy, renaming);
      for (std::string &output : *copy.mutable_output())
        output = renaming.define(output);
      std::string own = !each.name().empty() ? each.name() : each.output_size() ? each.output(0) : "";
      if (node.failed() || mlir::failed(node.importPart(copy, node.graphNode().layer + "." + number + own)))
        return {};
    }
    Names outputs;
    for (const auto &output : graph.output()) {
      outputs.push_back(renaming.of(output.name()));
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
      return const_cast<proto::GraphProto *>(&attribute.g());
  (void)node.error("attribute 'body' is missing");
  return nullptr;
}

bool canBeWrittenOut(int64_t turns, const Body &body) {
  return turns <= mostTurns && turns * std::max<int64_t>(body.numNodes(), 1) <= mostNodes;
}

bool isWrittenOut(Node &node, int64_t turns, const Body &body) {
  if (canBeWrittenOut(turns, body))
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

/// What a loop of the IR takes and gives, by names.
struct LoopPorts {
  /// With the axis along which each turn takes its element, or gives it.
  struct Sequence {
    std::string name;
    int64_t axis = 0;
    bool isReversed = false;
  };
  std::vector<Sequence> sequences, collected;
  Names states;
};

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

/// The loop over `body`, whose inputs are `leading` values and then, in this order or the other one, the states and the
/// sequences' elements; its outputs, behind as many leading ones, the states and what is collected.
class LoopOfBody {
public:
  LoopOfBody(Node &node, Body &body, const LoopPorts &ports, int64_t turns)
      : node(node), body(body), ports(ports), turns(turns) {}

  /// `leading` gives the names of the body's first inputs within the loop.
  LogicalResult write(llvm::function_ref<Names(LoopWriter &)> leading, size_t leadingOutputs) {
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
    Names inputs = leading(loop);
    for (size_t i = 0; i != states.size(); ++i)
      inputs.push_back(defined(states[i].name, loop.state(i)));
    for (size_t i = 0; i != sequences.size(); ++i)
      inputs.push_back(defined(sequences[i].name, loop.slice(i)));
    Names outputs = node.failed() ? Names() : body.run("", inputs);
    if (outputs.empty())
      return failure();
    return give(loop, llvm::ArrayRef(outputs).drop_front(leadingOutputs));
  }

  std::string defined(const std::string &name, mlir::Value value) {
    std::string full = (node.firstResultName() + "/" + name).str();
    if (value)
      node.define(full, GraphValue{Tensor(), std::nullopt, value});
    return full;
  }

private:
  LogicalResult give(LoopWriter &loop, llvm::ArrayRef<std::string> outputs) {
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

  /// The sequence along the axis that the node says, as result `index`.
  mlir::Value movedBack(mlir::Value sequence, unsigned index, int64_t axis) {
    std::optional<int64_t> to = readAxis(node, axis, dims(sequence).size());
    if (!to || *to == 0 || !mayMove(node, sequence))
      return to && *to == 0 ? sequence : nullptr;
    Integers order = axisFirst(dims(sequence).size(), *to), inverse(order.size());
    for (auto [now, before] : llvm::enumerate(order))
      inverse[before] = now;
    return node.createNamed<qnn::TransposeOp>(node.resultName(index), sequence, inverse);
  }

  Node &node;
  Body &body;
  const LoopPorts &ports;
  int64_t turns;
};

mlir::Operation *lastOp(Node &node) {
  mlir::Block &block = *node.builder().getInsertionBlock();
  return block.empty() ? nullptr : &block.back();
}

/// Whether the ops behind `last` are all that hardware has; an error of the node where not.
LogicalResult hasNoHostOps(Node &node, mlir::Operation *last) {
  mlir::Block &block = *node.builder().getInsertionBlock();
  for (mlir::Operation &op : llvm::reverse(block)) {
    if (&op == last)
      break;
    if (auto host = mlir::dyn_cast<qnn::HostOp>(op))
      return node.error("its body has the operator " + host.getKind() + ", which has no integer form there");
  }
  return mlir::success();
}

/// The results of a loop that is written out: what its last turn carries, then what each gave of `collected`.
LogicalResult giveWrittenOut(Node &node, const Names &carried, const std::vector<Names> &columns,
                             const std::vector<LoopPorts::Sequence> &collected) {
  if (node.failed() || failed(giveValues(node, carried, 0)))
    return failure();
  for (size_t i = 0; i != columns.size(); ++i)
    if (failed(giveStacked(node, columns[i], collected[i].axis, collected[i].isReversed, carried.size() + i)))
      return failure();
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

/// What a Loop's operands and attributes say.
struct LoopNode {
  Names carried;
  int64_t stacked = 0;
  /// Nothing where a condition ends it, and it is not said how often it runs at most.
  std::optional<int64_t> most;
};

/// Operands: how often, a condition, what is carried from turn to turn.
std::optional<LoopNode> readLoop(Node &node, const Body &body) {
  LoopNode loop;
  for (unsigned i = 2; i < node.numOperands(); ++i)
    loop.carried.push_back(node.operandName(i).str());
  const int64_t states = loop.carried.size();
  loop.stacked = body.numOutputs() - 1 - states;
  if (body.numInputs() != states + 2 || loop.stacked < 0 || node.numResults() > size_t(states + loop.stacked)) {
    (void)node.error(fmt::format("its body has {} inputs and {} outputs for {} carried values", body.numInputs(),
                                 body.numOutputs(), states));
    return std::nullopt;
  }
  if (!node.hasOperand(0))
    return loop;
  std::optional<Integers> given = node.requireIntegers(0, "the number of turns");
  if (given && given->size() == 1)
    loop.most = given->front();
  else
    (void)node.error("the number of turns must be one number");
  return node.failed() ? std::nullopt : std::optional(loop);
}

/// A loop of the IR, where the number of turns alone says how often it runs.
LogicalResult writeLoop(Node &node, Body &body, const LoopNode &loop, bool mayUseHost) {
  std::optional<bool> goesOn = node.hasOperand(1) ? readCondition(node, node.operandName(1).str()) : true;
  if (!goesOn || !body.keepsCondition() || !loop.most)
    return node.error("its condition '" + body.conditionName() +
                      "' depends on data, which would choose how often its body runs");
  if (*loop.most > longestLoop)
    return node.error(fmt::format("runs {} turns, expected at most {}", *loop.most, longestLoop));
  LoopPorts ports{{}, std::vector<LoopPorts::Sequence>(loop.stacked), loop.carried};
  Composite composite(node);
  mlir::Operation *last = lastOp(node);
  LoopOfBody whole(node, body, ports, *loop.most);
  auto leading = [&](LoopWriter &writer) -> Names {
    std::string number = body.reads(0) ? whole.defined("number", writer.number()) : "";
    return {body.reads(0) ? composite.step("turn", "Squeeze", {number}) : "",
            composite.constant("true", boolean(true))};
  };
  if (failed(whole.write(leading, 1)))
    return failure();
  return mayUseHost ? mlir::success() : hasNoHostOps(node, last);
}

LogicalResult writeOutLoop(Node &node, Body &body) {
  std::optional<LoopNode> loop = readLoop(node, body);
  if (!loop)
    return failure();
  const int64_t most = std::min(loop->most.value_or(mostTurns + 1), mostTurns + 1);
  if (loop->most && !canBeWrittenOut(*loop->most, body) && body.keepsCondition())
    return writeLoop(node, body, *loop, /*mayUseHost=*/true);
  Composite composite(node);
  Names carried = loop->carried;
  std::optional<bool> goesOn = node.hasOperand(1) ? readCondition(node, node.operandName(1).str()) : true;
  std::vector<Names> columns(loop->stacked);
  std::string condition = composite.constant("true", boolean(true));
  for (int64_t turn = 0; goesOn && *goesOn && turn < most && !node.failed(); ++turn) {
    if (!isWrittenOut(node, turn + 1, body))
      return failure();
    Names inputs{composite.constant(fmt::format("{}/turn", turn), fromInteger(turn)), condition};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    Names outputs = body.run(std::to_string(turn) + "/", inputs);
    if (outputs.empty())
      return failure();
    goesOn = readCondition(node, outputs[0]);
    carried.assign(outputs.begin() + 1, outputs.begin() + 1 + carried.size());
    for (int64_t i = 0; i < loop->stacked; ++i)
      columns[i].push_back(outputs[1 + carried.size() + i]);
  }
  return giveWrittenOut(node, carried, columns, std::vector<LoopPorts::Sequence>(loop->stacked));
}

LogicalResult importLoop(Node &node, Body &body) {
  std::optional<LoopNode> loop = readLoop(node, body);
  if (!loop)
    return failure();
  // A turn is no loop, and none is nothing.
  const Tensor *condition = node.hasOperand(1) ? node.known(1) : nullptr;
  const bool never = condition && condition->element() == ElementType::boolean && !*condition->as<bool>();
  if (never || (loop->most && *loop->most < 2))
    return writeOutLoop(node, body);
  return writeLoop(node, body, *loop, /*mayUseHost=*/false);
}

/// A list with an element for each of `count`; none stands for zeros.
std::optional<Integers> listFor(Node &node, llvm::StringRef name, int64_t count) {
  Integers list = node.intsAttribute(name).value_or(Integers(count, 0));
  if (int64_t(list.size()) == count)
    return list;
  (void)node.error(fmt::format("attribute '{}' has {} elements, expected {}", name.str(), list.size(), count));
  return std::nullopt;
}

/// What a Scan's operands and attributes say.
struct ScanNode {
  LoopPorts ports;
  int64_t turns = 0;
};

/// Operands: what is carried, then what is read slice by slice.
std::optional<ScanNode> readScan(Node &node, const Body &body) {
  if (node.opset() < 9)
    return (void)node.error("is of the form before opset 9"), std::nullopt;
  int64_t read = node.intAttribute("num_scan_inputs", 0), states = int64_t(node.numOperands()) - read;
  int64_t stacked = body.numOutputs() - states;
  if (read < 1 || states < 0 || stacked < 0 || body.numInputs() != states + read ||
      node.numResults() > size_t(states + stacked)) {
    (void)node.error(fmt::format("its body has {} inputs and {} outputs for {} carried values", body.numInputs(),
                                 body.numOutputs(), states));
    return std::nullopt;
  }
  auto axes = listFor(node, "scan_input_axes", read), directions = listFor(node, "scan_input_directions", read);
  auto outAxes = listFor(node, "scan_output_axes", stacked);
  auto outDirections = listFor(node, "scan_output_directions", stacked);
  if (!axes || !directions || !outAxes || !outDirections)
    return std::nullopt;
  ScanNode scan;
  for (int64_t i = 0; i < read; ++i) {
    std::optional<Shape> shape = node.shapeOf(states + i);
    std::optional<int64_t> axis = shape ? readAxis(node, (*axes)[i], shape->size()) : std::nullopt;
    if (!axis)
      return std::nullopt;
    if (i > 0 && scan.turns != (*shape)[*axis]) {
      (void)node.error(fmt::format("reads {} slices of one operand and {} of another", scan.turns, (*shape)[*axis]));
      return std::nullopt;
    }
    scan.turns = (*shape)[*axis];
    scan.ports.sequences.push_back({node.operandName(states + i).str(), *axis, (*directions)[i] != 0});
  }
  for (int64_t i = 0; i < states; ++i)
    scan.ports.states.push_back(node.operandName(i).str());
  for (int64_t i = 0; i < stacked; ++i)
    scan.ports.collected.push_back({"", (*outAxes)[i], (*outDirections)[i] != 0});
  return scan;
}

LogicalResult writeScan(Node &node, Body &body, const ScanNode &scan, bool mayUseHost) {
  mlir::Operation *last = lastOp(node);
  LoopOfBody whole(node, body, scan.ports, scan.turns);
  if (failed(whole.write([](LoopWriter &) { return Names(); }, 0)))
    return failure();
  return mayUseHost ? mlir::success() : hasNoHostOps(node, last);
}

LogicalResult writeOutScan(Node &node, Body &body) {
  std::optional<ScanNode> scan = readScan(node, body);
  if (!scan)
    return failure();
  if (!canBeWrittenOut(scan->turns, body))
    return writeScan(node, body, *scan, /*mayUseHost=*/true);
  Composite composite(node);
  const LoopPorts &ports = scan->ports;
  Names carried = ports.states;
  std::vector<Names> columns(ports.collected.size());
  for (int64_t turn = 0; turn < scan->turns && !node.failed(); ++turn) {
    Names inputs = carried;
    for (auto [number, sequence] : llvm::enumerate(ports.sequences)) {
      int64_t index = sequence.isReversed ? scan->turns - 1 - turn : turn;
      std::string at = composite.constant(fmt::format("{}/index{}", turn, number), fromInteger(index));
      inputs.push_back(composite.step(fmt::format("{}/slice{}", turn, number), "Gather", {sequence.name, at},
                                      {attribute("axis", sequence.axis)}));
    }
    Names outputs = node.failed() ? Names() : body.run(std::to_string(turn) + "/", inputs);
    if (outputs.empty())
      return failure();
    carried.assign(outputs.begin(), outputs.begin() + carried.size());
    for (size_t i = 0; i != columns.size(); ++i)
      columns[i].push_back(outputs[carried.size() + i]);
  }
  return giveWrittenOut(node, carried, columns, ports.collected);
}

LogicalResult importScan(Node &node, Body &body) {
  std::optional<ScanNode> scan = readScan(node, body);
  if (!scan)
    return failure();
  return scan->turns < 2 ? writeOutScan(node, body) : writeScan(node, body, *scan, /*mayUseHost=*/false);
}

template <LogicalResult (*read)(Node &, Body &)> LogicalResult withBody(Node &node) {
  proto::GraphProto *graph = bodyOf(node);
  if (!graph)
    return failure();
  Body body(node, *graph);
  return read(node, body);
}

} // namespace

void tare::onnx::registerLoops(OpTable &table) {
  table.addImport("Loop", withBody<importLoop>, withBody<writeOutLoop>);
  table.addImport("Scan", withBody<importScan>, withBody<writeOutScan>);
}
