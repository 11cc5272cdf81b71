//===- Graph.cpp - The checked structure of an ONNX graph -----------------===//
#include "Graph.h"
#include "NodeNotes.h"

#include <fmt/format.h>
#include <queue>

using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

constexpr int64_t noNode = -1;

/// Adds what a graph reads: everything in it, and of that what it does not define itself.
void addReads(const proto::GraphProto &graph, std::vector<std::string> &all, std::vector<std::string> &outer) {
  llvm::StringSet<> own;
  for (const auto &tensor : graph.initializer())
    own.insert(tensor.name());
  for (const auto &input : graph.input())
    own.insert(input.name());
  for (const auto &node : graph.node())
    own.insert(node.output().begin(), node.output().end());
  std::vector<std::string> read;
  for (const auto &node : graph.node()) {
    read.insert(read.end(), node.input().begin(), node.input().end());
    for (const auto &attribute : node.attribute())
      if (attribute.has_g())
        addReads(attribute.g(), all, read);
  }
  for (const auto &output : graph.output())
    read.push_back(output.name());
  for (const std::string &name : read) {
    all.push_back(name);
    if (!name.empty() && !own.contains(name))
      outer.push_back(name);
  }
}

/// Collects the definitions of values, then orders the nodes.
class Builder {
public:
  Builder(proto::ModelProto &model, const Reporter &reporter)
      : model(model), proto(*model.mutable_graph()), reporter(reporter) {}

  mlir::FailureOr<Graph> build() {
    nameNodes();
    if (failed(defineValues()) || failed(checkUses()))
      return failure();
    markLive();
    if (failed(sortNodes()))
      return failure();
    return std::move(graph);
  }

private:
  void nameNodes();
  LogicalResult defineValues();
  LogicalResult defineNodeResults();
  LogicalResult checkUses();
  LogicalResult sortNodes();
  void markLive();
  std::vector<int64_t> countOperands();
  LogicalResult define(llvm::StringRef value, int64_t node);
  GraphNode node(int64_t index) const { return {&proto.node(index), layers[index]}; }
  bool isNodeResult(llvm::StringRef value) const { return !value.empty() && producers.lookup(value) != noNode; }

  proto::ModelProto &model;
  proto::GraphProto &proto;
  const Reporter &reporter;
  Graph graph;
  std::vector<std::string> layers;
  /// The index of the node that makes a value, noNode for inputs and
  /// initializers.
  llvm::StringMap<int64_t> producers;
  std::vector<bool> live;
};

void Builder::nameNodes() {
  llvm::StringMap<int64_t> count;
  for (const proto::NodeProto &node : proto.node())
    ++count[node.name()];
  for (const proto::NodeProto &node : proto.node()) {
    bool own = !node.name().empty() && count[node.name()] == 1;
    std::string layer = notedLayer(node).value_or(own ? node.name() : "");
    for (const std::string &output : node.output())
      if (layer.empty())
        layer = output;
    layers.push_back(layer);
  }
}

LogicalResult Builder::define(llvm::StringRef value, int64_t node) {
  if (producers.try_emplace(value, node).second)
    return mlir::success();
  return reporter.error("value '" + value + "' is defined twice");
}

LogicalResult Builder::defineValues() {
  if (proto.sparse_initializer_size())
    return reporter.error("sparse initializer '" + llvm::Twine(proto.sparse_initializer(0).values().name()) +
                          "' is not supported; store it densely");
  for (proto::TensorProto &tensor : *proto.mutable_initializer()) {
    if (tensor.name().empty())
      return reporter.error("an initializer has no name");
    graph.initializers[tensor.name()] = &tensor;
    if (failed(define(tensor.name(), noNode)))
      return failure();
  }
  for (const proto::ValueInfoProto &input : proto.input()) {
    if (graph.initializers.count(input.name()))
      continue;
    if (input.name().empty())
      return reporter.error("a graph input has no name");
    graph.inputs.push_back(&input);
    if (failed(define(input.name(), noNode)))
      return failure();
  }
  return defineNodeResults();
}

LogicalResult Builder::defineNodeResults() {
  for (int64_t index = 0; index < proto.node_size(); ++index)
    for (const std::string &output : proto.node(index).output())
      if (!output.empty() && failed(define(output, index)))
        return failure();
  return mlir::success();
}

LogicalResult Builder::checkUses() {
  for (int64_t index = 0; index < proto.node_size(); ++index)
    for (const std::string &input : readsOf(proto.node(index)))
      if (!input.empty() && !producers.count(input))
        return reporter.error(describe(node(index), model) + ": operand '" + input +
                              "' is missing: no initializer, graph input or node defines it");
  for (const proto::ValueInfoProto &output : proto.output()) {
    if (!producers.count(output.name()))
      return reporter.error("graph output '" + output.name() + "' is missing: no node defines it");
    graph.outputs.push_back(&output);
    graph.used.insert(output.name());
  }
  if (graph.outputs.empty())
    return reporter.error("the graph has no outputs");
  return mlir::success();
}

void Builder::markLive() {
  live.assign(proto.node_size(), false);
  std::vector<int64_t> open;
  auto reach = [&](llvm::StringRef value) {
    if (!isNodeResult(value))
      return;
    int64_t producer = producers.lookup(value);
    if (!live[producer])
      open.push_back(producer);
    live[producer] = true;
  };
  for (const proto::ValueInfoProto *output : graph.outputs)
    reach(output->name());
  while (!open.empty()) {
    int64_t index = open.back();
    open.pop_back();
    for (const std::string &input : readsOf(proto.node(index))) {
      graph.used.insert(input);
      reach(input);
    }
    // The results of nodes in its graphs are used where something reads them there.
    std::vector<std::string> inner, outer;
    for (const auto &attribute : proto.node(index).attribute())
      if (attribute.has_g())
        addReads(attribute.g(), inner, outer);
    graph.used.insert(inner.begin(), inner.end());
  }
}

/// For each node the number of its operands that nodes make.
std::vector<int64_t> Builder::countOperands() {
  std::vector<int64_t> waiting(proto.node_size());
  for (int64_t index = 0; index < proto.node_size(); ++index)
    for (const std::string &input : readsOf(proto.node(index)))
      waiting[index] += isNodeResult(input);
  return waiting;
}

/// Of the nodes that are ready the first in the file goes first, so that a
/// sorted graph stays as it is.
LogicalResult Builder::sortNodes() {
  std::vector<int64_t> waiting = countOperands();
  std::vector<std::vector<int64_t>> users(proto.node_size());
  std::priority_queue<int64_t, std::vector<int64_t>, std::greater<>> ready;
  int64_t remaining = 0, first = noNode;
  for (int64_t index = 0; index < proto.node_size(); ++index) {
    if (!live[index])
      continue;
    ++remaining;
    for (const std::string &input : readsOf(proto.node(index)))
      if (isNodeResult(input))
        users[producers.lookup(input)].push_back(index);
    if (waiting[index] == 0)
      ready.push(index);
  }
  while (!ready.empty()) {
    int64_t index = ready.top();
    ready.pop();
    --remaining;
    graph.nodes.push_back(node(index));
    for (int64_t user : users[index])
      if (--waiting[user] == 0)
        ready.push(user);
  }
  if (remaining == 0)
    return mlir::success();
  for (int64_t index = 0; first == noNode; ++index)
    if (live[index] && waiting[index])
      first = index;
  return reporter.error(describe(node(first), model) + ": depends on its own result");
}

int64_t opsetOf(const std::string &domain, const proto::ModelProto &model) {
  int64_t version = 0;
  auto canonical = [](const std::string &name) { return name == "ai.onnx" ? std::string() : name; };
  for (const proto::OperatorSetIdProto &set : model.opset_import())
    if (canonical(set.domain()) == canonical(domain))
      version = std::max(version, set.version());
  return version;
}

} // namespace

std::vector<std::string> tare::onnx::readsOf(const proto::NodeProto &node) {
  std::vector<std::string> reads(node.input().begin(), node.input().end()), inner;
  for (const auto &attribute : node.attribute())
    if (attribute.has_g())
      addReads(attribute.g(), inner, reads);
  return reads;
}

std::string tare::onnx::describe(const GraphNode &node, const proto::ModelProto &model) {
  if (node.composite)
    return describe(*node.composite, model);
  const std::string &domain = node.proto->domain();
  bool standard = domain.empty() || domain == "ai.onnx";
  return fmt::format("node '{}' ({}{}, opset {})", node.layer, standard ? "" : domain + ".", node.proto->op_type(),
                     opsetOf(domain, model));
}

mlir::FailureOr<Graph> tare::onnx::readGraph(proto::ModelProto &model, const Reporter &reporter) {
  return Builder(model, reporter).build();
}
