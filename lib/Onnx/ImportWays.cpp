//===- ImportWays.cpp - The ways in which a node is imported --------------===//
//
// A node is computed at import, becomes ops of the IR, or stays the node that it is: the first of these that succeeds.
// What a way that fails has made is taken back.
//
//===----------------------------------------------------------------------===//
#include "GraphImporter.h"
#include "HostNode.h"
#include "Node.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

LogicalResult GraphImporter::importBy(llvm::function_ref<LogicalResult(Node &)> way, const GraphNode &graphNode) {
  Node node(*this, graphNode);
  if (failed(way(node)) || node.failed())
    return node.error("cannot be imported");
  for (unsigned i = 0; i < node.numResults(); ++i)
    if (node.isUsed(i) && !find(node.resultName(i)))
      return node.error("its result '" + node.resultName(i) + "' is not supported");
  return mlir::success();
}

/// Unmakes what an import that failed has made behind `last`. Constants stay: values hold them.
void GraphImporter::takeBack(mlir::Operation *last, llvm::ArrayRef<std::string> defined) {
  for (const std::string &name : defined)
    values.erase(name);
  llvm::DenseSet<mlir::Value> held;
  for (const auto &entry : values)
    held.insert(entry.second.value);
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(*builder.getInsertionBlock()))) {
    if (&op == last)
      return;
    bool isHeld = llvm::any_of(op.getResults(), [&](mlir::Value result) { return held.contains(result); });
    if (isHeld || !op.use_empty())
      continue;
    for (mlir::Value result : op.getResults())
      constants.erase(result);
    op.erase();
  }
}

/// Imports a node in one way; gives the reason where that fails, and nothing is left of it.
std::optional<std::string> GraphImporter::attempt(llvm::function_ref<LogicalResult()> import) {
  mlir::Block *block = builder.getInsertionBlock();
  mlir::Operation *last = block->empty() ? nullptr : &block->back();
  Attempt own;
  Attempt *outer = std::exchange(current, &own);
  bool done = succeeded(import());
  current = outer;
  if (done) {
    if (outer)
      outer->defined.append(own.defined.begin(), own.defined.end());
    return std::nullopt;
  }
  takeBack(last, own.defined);
  return own.problem;
}

/// Before it, operands broadcast by attributes, and shapes were attributes.
constexpr int64_t firstOpsetOfEntries = 7;

/// Whether the node reads constants of float64, or makes them. What is dequantized stays integers with scales, whatever
/// type it is cast to.
bool GraphImporter::hasDoubles(const proto::NodeProto &node) const {
  bool anyDoubles = castsToDouble(node);
  for (const std::string &input : node.input()) {
    auto found = values.find(input);
    if (found == values.end())
      continue;
    if (found->second.grid)
      return false;
    anyDoubles |= bool(found->second.doubles);
  }
  return anyDoubles;
}

/// Computes the node where its operands are known; else makes ops of the IR of it, or else leaves it the node that it
/// is. Gives the reason why the first of these ways fails where all do.
std::optional<std::string> GraphImporter::tryWays(const GraphNode &graphNode) {
  const proto::NodeProto &proto = *graphNode.proto;
  const OpEntry *entry = OpTable::get().find(proto);
  bool isHost = hasHostOperator(proto), allKnown = isAllKnown(proto), isOld = model.opset < firstOpsetOfEntries;
  std::optional<std::string> first;
  auto tryWay = [&](llvm::function_ref<LogicalResult(Node &)> way) {
    std::optional<std::string> problem = attempt([&] { return importBy(way, graphNode); });
    if (problem && !first)
      first = problem;
    return !problem;
  };
  if (isHost && allKnown && hasDoubles(proto) && !attempt([&] { return importBy(foldInDoubles, graphNode); }))
    return std::nullopt;
  for (const std::string &operand : proto.input())
    noteRounded(operand);
  if (entry && entry->fold && (entry->foldsShapes || allKnown) && tryWay(entry->fold))
    return std::nullopt;
  if (isHost && allKnown && tryWay(foldOnHost))
    return std::nullopt;
  // Ops of the IR would round nothing between them.
  if (stepType(proto) && tryWay([](Node &node) { return importOnHost(node, ""); }))
    return std::nullopt;
  if (entry && entry->import && !(isOld && isHost) && tryWay(entry->import))
    return std::nullopt;
  if (entry && entry->importOtherwise) {
    // The other way takes more, and so says better what is wrong.
    first.reset();
    if (tryWay(entry->importOtherwise))
      return std::nullopt;
  }
  // What cannot be computed now cannot be later.
  if (allKnown && first)
    return first;
  std::string reason = first.value_or("");
  if (isOld && entry && entry->import)
    reason = fmt::format("{}: the forms before opset {} are computed in float alone; convert the model with "
                         "onnx.version_converter",
                         describe(graphNode, *model.proto), firstOpsetOfEntries);
  if (isHost && tryWay([&](Node &node) { return importOnHost(node, reason); }))
    return std::nullopt;
  return first.value_or(describe(graphNode, *model.proto) + ": this operator is not supported");
}

LogicalResult GraphImporter::importNode(const GraphNode &graphNode) {
  Node node(*this, graphNode);
  for (const std::string &operand : graphNode.proto->input())
    if (mlir::failed(checkRank(node, operand)))
      return failure();
  if (std::optional<std::string> problem = tryWays(graphNode)) {
    reportError(*problem);
    return failure();
  }
  // Parts of a node are steps that Tare has chosen.
  if (roundsTo16Bits && !graphNode.composite)
    roundResults(*graphNode.proto);
  for (const std::string &result : graphNode.proto->output())
    if (mlir::failed(checkRank(node, result)))
      return failure();
  return mlir::success();
}

LogicalResult GraphImporter::importBranch(proto::GraphProto &branch) {
  for (proto::TensorProto &tensor : *branch.mutable_initializer()) {
    Result<ReadTensor> elements = reader.readExactly(tensor);
    if (!elements) {
      reportError("initializer '" + tensor.name() + "': " + elements.error().message);
      return failure();
    }
    define(tensor.name(), GraphValue::of(std::move(*elements)));
  }
  for (const proto::NodeProto &node : branch.node()) {
    std::string layer = !node.name().empty() ? node.name() : node.output_size() ? node.output(0) : "";
    Part &own = parts.emplace_back(Part{node, {}});
    own.node = {&own.proto, layer};
    if (mlir::failed(importNode(own.node)))
      return failure();
  }
  return mlir::success();
}
