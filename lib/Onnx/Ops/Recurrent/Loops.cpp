//===- Loops.cpp - Loop and Scan of known length --------------------------===//
//
// A loop of the IR over the body. Where that would leave some of the body to the host, as what is computed from the
// turn's number, the body is written out as often as it runs, one copy behind the other, each with values of its own
// names: "<first result>/<turn>/<value>"; what does not depend on data is computed at import then.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "LoopOfBody.h"
#include "Ops/Axes.h"
#include "WrittenOut.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// More turns than data have elements would be a mistake of whoever wrote the model.
constexpr int64_t longestLoop = 1 << 20;

proto::GraphProto *bodyOf(Node &node) {
  for (const proto::AttributeProto &attribute : node.proto().attribute())
    if (attribute.name() == "body" && attribute.has_g())
      return const_cast<proto::GraphProto *>(&attribute.g());
  (void)node.error("attribute 'body' is missing");
  return nullptr;
}

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
    return (void)node.error(
               "is of the form before opset 9, which runs each element of a batch for a length of its own; "
               "export the model for opset 9 or later, or convert it with onnx.version_converter"),
           std::nullopt;
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
