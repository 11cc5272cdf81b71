//===- NodeImporter.cpp - The ways in which a node is imported ------------===//
//
// A node is computed at import, becomes ops of the IR, or stays the node that it is: the first of these that succeeds.
// What a way that fails has made is taken back.
//
//===----------------------------------------------------------------------===//
#include "NodeImporter.h"
#include "HostNode.h"
#include "NodeNotes.h"
#include "OperandCounts.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// What the kernels and the program format have.
constexpr int64_t mostDimensions = 8;

/// 0 of what is known when compiling.
int64_t rankOf(mlir::Value value) {
  auto type = value ? llvm::dyn_cast<mlir::RankedTensorType>(value.getType()) : mlir::RankedTensorType();
  return type ? type.getRank() : 0;
}

} // namespace

LogicalResult NodeImporter::importBy(llvm::function_ref<LogicalResult(Node &)> way, const GraphNode &graphNode) {
  Node node(context, graphNode);
  if (failed(way(node)) || node.failed())
    return node.error("cannot be imported");
  for (unsigned i = 0; i < node.numResults(); ++i)
    if (node.isUsed(i) && !context.values().find(node.resultName(i)))
      return node.error("its result '" + node.resultName(i) + "' is not supported");
  return mlir::success();
}

/// Imports a node in one way; gives the reason where that fails, and nothing is left of it.
std::optional<std::string> NodeImporter::attempt(llvm::function_ref<LogicalResult()> import) {
  GraphValues &values = context.values();
  mlir::Block *block = values.builder().getInsertionBlock();
  mlir::Operation *last = block->empty() ? nullptr : &block->back();
  std::string own;
  llvm::SmallVector<std::string> defined;
  std::string *outer = std::exchange(kept, &own);
  llvm::SmallVector<std::string> *outerDefined = values.noteDefined(&defined);
  bool done = succeeded(import());
  kept = outer;
  values.noteDefined(outerDefined);
  if (done) {
    if (outerDefined)
      outerDefined->append(defined.begin(), defined.end());
    return std::nullopt;
  }
  values.takeBack(last, defined);
  return own;
}

bool NodeImporter::keepError(const std::string &message) {
  if (kept && kept->empty())
    *kept = message;
  return kept;
}

/// Before it, operands broadcast by attributes, and shapes were attributes.
constexpr int64_t firstOpsetOfEntries = 7;

/// Whether the node reads constants of float64, or makes them. What is dequantized stays integers with scales, whatever
/// type it is cast to.
bool NodeImporter::hasDoubles(const proto::NodeProto &node) const {
  bool anyDoubles = castsToDouble(node);
  for (const std::string &input : node.input()) {
    const GraphValue *value = context.values().find(input);
    if (value && value->grid)
      return false;
    anyDoubles |= value && value->doubles;
  }
  return anyDoubles;
}

/// Computes the node where its operands are known; else makes ops of the IR of it, or else leaves it the node that it
/// is. Gives the reason why the first of these ways fails where all do.
std::optional<std::string> NodeImporter::tryWays(const GraphNode &graphNode) {
  const proto::NodeProto &proto = *graphNode.proto;
  const OpEntry *entry = OpTable::get().find(proto);
  bool isHost = hasHostOperator(proto), allKnown = context.values().areKnown(proto),
       isOld = context.opset() < firstOpsetOfEntries;
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
    notes.noteRounded(operand, context.values().find(operand));
  if (entry && entry->fold && (entry->foldsShapes || allKnown) && tryWay(entry->fold))
    return std::nullopt;
  if (isHost && allKnown && tryWay(foldOnHost))
    return std::nullopt;
  // Ops of the IR would round nothing between them.
  if (context.stepType(proto) && tryWay([](Node &node) { return importOnHost(node, ""); }))
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
                         describe(graphNode, context.modelProto()), firstOpsetOfEntries);
  if (isHost && tryWay([&](Node &node) { return importOnHost(node, reason); }))
    return std::nullopt;
  return first.value_or(describe(graphNode, context.modelProto()) + ": this operator is not supported");
}

LogicalResult NodeImporter::checkRank(Node &node, llvm::StringRef name) {
  GraphValue *value = context.values().find(name);
  int64_t rank = value ? rankOf(value->value) : 0;
  if (rank <= mostDimensions)
    return mlir::success();
  return node.error(fmt::format("value '{}' has {} dimensions, expected {} at most", name.str(), rank, mostDimensions));
}

/// What stands behind the last operand that the operator has would be passed over; empty names are none.
LogicalResult NodeImporter::checkOperands(Node &node) {
  const proto::NodeProto &proto = node.proto();
  const bool isStandard = proto.domain().empty() || proto.domain() == "ai.onnx";
  std::optional<size_t> most = isStandard ? mostOperands(proto.op_type()) : std::nullopt;
  for (unsigned index = most.value_or(node.numOperands()); index < node.numOperands(); ++index)
    if (node.hasOperand(index))
      return node.error(fmt::format("has {} operands, expected {} at most", node.numOperands(), *most));
  return mlir::success();
}

LogicalResult NodeImporter::importNode(const GraphNode &graphNode) {
  Node node(context, graphNode);
  if (mlir::failed(checkOperands(node)))
    return failure();
  for (const std::string &operand : graphNode.proto->input())
    if (mlir::failed(checkRank(node, operand)))
      return failure();
  if (std::optional<std::string> problem = tryWays(graphNode)) {
    context.reportError(*problem);
    return failure();
  }
  takeNotes(*graphNode.proto, context.values());
  // Parts of a node are steps that Tare has chosen.
  if (!graphNode.composite)
    context.roundResults(*graphNode.proto);
  for (const std::string &result : graphNode.proto->output())
    if (mlir::failed(checkRank(node, result)))
      return failure();
  return mlir::success();
}

LogicalResult NodeImporter::importBranch(proto::GraphProto &branch) {
  for (proto::TensorProto &tensor : *branch.mutable_initializer()) {
    Result<ReadTensor> elements = context.reader().readExactly(tensor);
    if (!elements) {
      context.reportError("initializer '" + tensor.name() + "': " + elements.error().message);
      return failure();
    }
    context.values().define(tensor.name(), GraphValue::of(std::move(*elements)));
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

LogicalResult NodeImporter::importPart(proto::NodeProto part, const std::string &layer, const GraphNode &composite) {
  Part &written = parts.emplace_back(Part{std::move(part), {}});
  std::optional<std::string> noted = notedLayer(written.proto);
  // Of a part of a part the file knows the whole.
  written.node = {&written.proto, noted.value_or(layer), composite.composite ? composite.composite : &composite};
  return importNode(written.node);
}
