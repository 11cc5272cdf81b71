//===- ModelFunctions.cpp - Functions that a model brings -----------------===//
#include "ModelFunctions.h"
#include "DerivedNames.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>

using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Calls within calls can be many more nodes than a file holds.
constexpr int64_t mostNodes = 1 << 20;
constexpr size_t deepestCalls = 256;

std::string domainOf(const std::string &domain) { return domain == "ai.onnx" ? "" : domain; }

std::string keyOf(const std::string &domain, const std::string &name, const std::string &overload) {
  return domainOf(domain) + "\n" + name + "\n" + overload;
}

std::string nameOf(const proto::FunctionProto &function) {
  return function.domain().empty() ? function.name() : function.domain() + "." + function.name();
}

/// One call: what the function's names mean in the graph around it.
class Call {
public:
  Call(const proto::NodeProto &node, const proto::FunctionProto &function, std::string prefix, DerivedNames &derived)
      : node(node), function(function), prefix(std::move(prefix)), derived(derived) {
    for (int i = 0; i < function.input_size(); ++i)
      names[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    for (int i = 0; i < function.output_size() && i < node.output_size(); ++i)
      if (!node.output(i).empty() && !names.contains(function.output(i)))
        names[function.output(i)] = node.output(i);
  }

  /// The function's nodes, as nodes of the graph.
  std::vector<proto::NodeProto> nodes() {
    std::vector<proto::NodeProto> written(function.node().begin(), function.node().end());
    for (proto::NodeProto &each : written)
      move(each);
    for (int i = 0; i < function.output_size() && i < node.output_size(); ++i)
      if (std::string value = outside(function.output(i)); value != node.output(i) && !node.output(i).empty())
        written.push_back(passed(value, node.output(i)));
    return written;
  }

private:
  std::string outside(const std::string &name) {
    if (name.empty())
      return name;
    return names.try_emplace(name, derived.of(prefix, name)).first->second;
  }

  void move(proto::NodeProto &each) {
    for (std::string &input : *each.mutable_input())
      input = outside(input);
    for (std::string &output : *each.mutable_output())
      output = outside(output);
    if (!each.name().empty() && !node.name().empty())
      each.set_name(node.name() + "/" + each.name());
    giveAttributes(each);
  }

  /// Attributes that the call gives, or the function by default; those that nobody gives are left out.
  void giveAttributes(proto::NodeProto &each) {
    google::protobuf::RepeatedPtrField<proto::AttributeProto> given;
    for (proto::AttributeProto &attribute : *each.mutable_attribute()) {
      const proto::AttributeProto *value = &attribute;
      if (!attribute.ref_attr_name().empty())
        value = find(attribute.ref_attr_name());
      if (!value)
        continue;
      proto::AttributeProto &kept = *given.Add();
      kept = *value;
      kept.set_name(attribute.name());
      if (kept.has_g())
        moveGraph(*kept.mutable_g());
      for (proto::GraphProto &graph : *kept.mutable_graphs())
        moveGraph(graph);
    }
    each.mutable_attribute()->Swap(&given);
  }

  /// A graph inside sees the function's values; its own get the call's names, too, so that none can be taken for
  /// another.
  void moveGraph(proto::GraphProto &graph) {
    for (proto::ValueInfoProto &input : *graph.mutable_input())
      input.set_name(outside(input.name()));
    for (proto::TensorProto &tensor : *graph.mutable_initializer())
      tensor.set_name(outside(tensor.name()));
    for (proto::NodeProto &inner : *graph.mutable_node())
      move(inner);
    for (proto::ValueInfoProto &output : *graph.mutable_output())
      output.set_name(outside(output.name()));
  }

  const proto::AttributeProto *find(const std::string &name) const {
    for (const proto::AttributeProto &attribute : node.attribute())
      if (attribute.name() == name)
        return &attribute;
    for (const proto::AttributeProto &attribute : function.attribute_proto())
      if (attribute.name() == name)
        return &attribute;
    return nullptr;
  }

  /// A result that the function does not compute, but passes on.
  static proto::NodeProto passed(const std::string &value, const std::string &result) {
    proto::NodeProto identity;
    identity.set_op_type("Identity");
    identity.add_input(value);
    identity.add_output(result);
    return identity;
  }

  const proto::NodeProto &node;
  const proto::FunctionProto &function;
  /// What the names of the values inside begin with.
  std::string prefix;
  DerivedNames &derived;
  llvm::StringMap<std::string> names;
};

class Inliner {
public:
  Inliner(Model &model, const Reporter &reporter) : model(model), reporter(reporter), derived(model.proto->graph()) {
    for (const proto::FunctionProto &function : model.proto->functions())
      functions[keyOf(function.domain(), function.name(), function.overload())] = &function;
  }

  LogicalResult run() {
    google::protobuf::RepeatedPtrField<proto::NodeProto> nodes;
    nodes.Swap(model.proto->mutable_graph()->mutable_node());
    for (proto::NodeProto &node : nodes)
      if (failed(add(node)))
        return failure();
    return mlir::success();
  }

private:
  const proto::FunctionProto *functionOf(const proto::NodeProto &node) const {
    return functions.lookup(keyOf(node.domain(), node.op_type(), node.overload()));
  }

  /// Of the values inside a call. A call may give the result of the one that it is in.
  std::string prefixOf(const proto::NodeProto &node) {
    auto first = llvm::find_if(node.output(), [](const std::string &output) { return !output.empty(); });
    std::string result = first == node.output().end() ? "" : *first;
    int64_t number = ++calls[result];
    return number == 1 ? result : fmt::format("{}/{}", result, number);
  }

  LogicalResult check(const proto::NodeProto &node, const proto::FunctionProto &function) const {
    if (llvm::is_contained(open, &function))
      return reporter.error("function '" + nameOf(function) + "' calls itself");
    if (open.size() == deepestCalls)
      return reporter.error(fmt::format("function '{}' is called by functions within functions, more than {} deep",
                                        nameOf(function), deepestCalls));
    if (node.input_size() > function.input_size() || node.output_size() > function.output_size())
      return reporter.error(fmt::format(
          "node '{}' gives function '{}' {} operands and reads {} results, expected {} and {} at most", node.name(),
          nameOf(function), node.input_size(), node.output_size(), function.input_size(), function.output_size()));
    for (const proto::OperatorSetIdProto &set : function.opset_import())
      if (domainOf(set.domain()).empty() && set.version() != model.opset)
        return reporter.error(
            fmt::format("function '{}' is written for opset {}, expected the model's, {}; inline the functions "
                        "(onnx.inliner) and convert the model to one opset (onnx.version_converter)",
                        nameOf(function), set.version(), model.opset));
    return mlir::success();
  }

  LogicalResult add(proto::NodeProto &node) {
    proto::GraphProto &graph = *model.proto->mutable_graph();
    const proto::FunctionProto *function = functionOf(node);
    if (!function) {
      if (graph.node_size() == mostNodes)
        return reporter.error(fmt::format("the model's functions, written out, have more than {} nodes", mostNodes));
      graph.add_node()->Swap(&node);
      return mlir::success();
    }
    if (failed(check(node, *function)))
      return failure();
    open.push_back(function);
    for (proto::NodeProto &inner : Call(node, *function, prefixOf(node), derived).nodes())
      if (failed(add(inner)))
        return failure();
    open.pop_back();
    return mlir::success();
  }

  Model &model;
  const Reporter &reporter;
  DerivedNames derived;
  llvm::StringMap<const proto::FunctionProto *> functions;
  /// How many calls have given a value.
  llvm::StringMap<int64_t> calls;
  /// The functions whose nodes are being added, the outermost first.
  std::vector<const proto::FunctionProto *> open;
};

} // namespace

LogicalResult tare::onnx::inlineFunctions(Model &model, const Reporter &reporter) {
  return model.proto->functions_size() ? Inliner(model, reporter).run() : mlir::success();
}
