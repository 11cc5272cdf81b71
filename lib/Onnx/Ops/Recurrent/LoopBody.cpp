//===- LoopBody.cpp - The body of a loop of ONNX --------------------------===//
#include "LoopBody.h"

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::recurrent;

namespace {

/// New names of values, by their old ones; `turn` begins those of what the branch of an If defines.
struct Renaming {
  Node *node;
  llvm::StringMap<std::string> names;
  std::string turn;

  std::string of(const std::string &name) const {
    auto found = names.find(name);
    return found == names.end() ? name : found->second;
  }
  std::string define(const std::string &name) {
    return name.empty() ? name : names[name] = node->derivedName(turn + name);
  }
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

} // namespace

Body::Body(Node &node, proto::GraphProto &graph) : node(node), graph(graph) {
  for (const proto::TensorProto &tensor : graph.initializer()) {
    shared[tensor.name()] = node.derivedName(tensor.name());
    // Reading takes a tensor's bytes, and the node may be imported in another way.
    proto::TensorProto copy = tensor;
    Tensor elements = node.readTensor(copy);
    if (elements)
      node.define(shared[tensor.name()], GraphValue{elements, std::nullopt, nullptr});
  }
}

bool Body::reads(int64_t index) const {
  return llvm::any_of(graph.node(), [&](const proto::NodeProto &each) {
    return llvm::is_contained(each.input(), graph.input(index).name());
  });
}

bool Body::keepsCondition() const {
  std::string name = graph.output(0).name();
  for (const proto::NodeProto &each : llvm::reverse(graph.node()))
    if (each.op_type() == "Identity" && each.output(0) == name)
      name = each.input(0);
  return name == graph.input(1).name();
}

Names Body::run(const std::string &number, const Names &inputs) {
  Renaming renaming{&node, shared, number};
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
