//===- Cut.cpp - A part of an ONNX graph ----------------------------------===//
#include "Cut.h"
#include "Graph.h"
#include "TensorReader.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace tare;
using namespace tare::onnx;
using proto::GraphProto;
using proto::ValueInfoProto;

namespace {

bool isNamed(const ValueInfoProto &value, llvm::StringRef name) { return value.name() == name; }

template <typename List> const ValueInfoProto *find(const List &values, llvm::StringRef name) {
  auto found = llvm::find_if(values, [&](const ValueInfoProto &value) { return isNamed(value, name); });
  return found == values.end() ? nullptr : &*found;
}

/// The name of a node's result, to be changed; null where no node makes the value.
std::string *resultOf(GraphProto &graph, llvm::StringRef name) {
  for (proto::NodeProto &node : *graph.mutable_node())
    for (std::string &output : *node.mutable_output())
      if (!output.empty() && output == name)
        return &output;
  return nullptr;
}

/// Where integers of 8 and 16 bits come from says what they mean, so that they cannot stand alone.
bool hasOwnMeaning(int32_t dataType) {
  std::optional<ElementType> stored = storedType(dataType);
  return isFloat(dataType) || (stored && (*stored == ElementType::boolean || sizeOf(*stored) > 2));
}

/// Whether the user gives all of the shape, or the sizes of its open dimensions, or there are none.
bool isShapeKnown(const ValueInfoProto &value, llvm::ArrayRef<InputShape> shapes) {
  auto isGiven = [&](llvm::StringRef name) {
    return llvm::any_of(shapes, [&](const InputShape &shape) { return shape.name == name; });
  };
  const auto &type = value.type().tensor_type();
  return isGiven(value.name()) || (type.has_shape() && llvm::all_of(type.shape().dim(), [&](const auto &dim) {
                                     return dim.dim_value() > 0 ||
                                            (!dim.dim_param().empty() && isGiven(dim.dim_param()));
                                   }));
}

} // namespace

void tare::onnx::cutOutputs(GraphProto &graph, llvm::ArrayRef<std::string> names) {
  google::protobuf::RepeatedPtrField<ValueInfoProto> outputs;
  for (const std::string &name : names) {
    if (find(outputs, name))
      continue;
    if (!resultOf(graph, name) && !find(graph.input(), name))
      return;
    // What the model says of how an output leaves is of its own ones.
    if (const ValueInfoProto *own = find(graph.output(), name))
      *outputs.Add() = *own;
    else
      outputs.Add()->set_name(name);
  }
  graph.mutable_output()->Swap(&outputs);
}

bool tare::onnx::cutInputs(GraphProto &graph, llvm::ArrayRef<std::string> names, llvm::ArrayRef<InputShape> shapes) {
  std::vector<std::pair<std::string *, const ValueInfoProto *>> cuts;
  for (const std::string &name : names) {
    if (find(graph.input(), name))
      continue;
    std::string *result = resultOf(graph, name);
    const ValueInfoProto *declared = find(graph.value_info(), name);
    if (!declared)
      declared = find(graph.output(), name);
    if (!result || !declared || !hasOwnMeaning(declared->type().tensor_type().elem_type()) ||
        !isShapeKnown(*declared, shapes))
      return false;
    cuts.emplace_back(result, declared);
  }
  for (auto [result, declared] : cuts) {
    *graph.add_input() = *declared;
    result->clear(); // The node has it no more.
  }
  return true;
}

llvm::StringSet<> tare::onnx::inputsInUse(const GraphProto &graph) {
  llvm::StringMap<const proto::NodeProto *> makers;
  for (const proto::NodeProto &node : graph.node())
    for (const std::string &output : node.output())
      makers[output] = &node;
  llvm::StringSet<> seen, inputs;
  std::vector<std::string> open;
  for (const ValueInfoProto &output : graph.output())
    open.push_back(output.name());
  while (!open.empty()) {
    const std::string name = open.back();
    open.pop_back();
    if (name.empty() || !seen.insert(name).second)
      continue;
    if (const proto::NodeProto *maker = makers.lookup(name))
      llvm::append_range(open, readsOf(*maker));
    else if (find(graph.input(), name))
      inputs.insert(name);
  }
  return inputs;
}
