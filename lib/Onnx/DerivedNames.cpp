//===- DerivedNames.cpp - Names of what a model has no name for -----------===//
#include "DerivedNames.h"

using namespace tare::onnx;

DerivedNames::DerivedNames(const proto::GraphProto &graph) { add(graph); }

void DerivedNames::add(const proto::GraphProto &graph) {
  for (const proto::TensorProto &tensor : graph.initializer())
    owners.try_emplace(tensor.name());
  for (const auto *list : {&graph.input(), &graph.output()})
    for (const proto::ValueInfoProto &value : *list)
      owners.try_emplace(value.name());
  for (const proto::NodeProto &node : graph.node()) {
    for (const std::string &output : node.output())
      owners.try_emplace(output);
    for (const proto::AttributeProto &attribute : node.attribute()) {
      if (attribute.has_g())
        add(attribute.g());
      for (const proto::GraphProto &inner : attribute.graphs())
        add(inner);
    }
  }
}

std::string DerivedNames::of(llvm::StringRef value, llvm::StringRef step) {
  const std::string wanted = (value + "/" + step).str();
  std::string name = wanted;
  for (int64_t number = 2; owners.try_emplace(name, value.str()).first->second != value; ++number)
    name = wanted + ":" + std::to_string(number);
  return name;
}
