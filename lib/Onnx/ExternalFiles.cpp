//===- ExternalFiles.cpp - Files that a model's weights lie in ------------===//
#include "tare/Onnx/ExternalFiles.h"

#include "onnx.pb.h"
#include "tare/Tensor/MappedFile.h"

#include <filesystem>
#include <limits>
#include <set>

using namespace tare;
using namespace tare::onnx;

namespace {

/// What the tensors of a model, wherever they stand, name as the place of their data.
class Locations {
public:
  void add(const proto::GraphProto &graph) {
    for (const proto::TensorProto &tensor : graph.initializer())
      add(tensor);
    for (const proto::SparseTensorProto &tensor : graph.sparse_initializer())
      add(tensor);
    add(graph.node());
  }
  template <typename Nodes> void add(const Nodes &nodes) {
    for (const proto::NodeProto &node : nodes)
      for (const proto::AttributeProto &attribute : node.attribute())
        add(attribute);
  }
  const std::set<std::string> &found() const { return locations; }

private:
  void add(const proto::AttributeProto &attribute) {
    add(attribute.t());
    add(attribute.g());
    add(attribute.sparse_tensor());
    for (const proto::TensorProto &tensor : attribute.tensors())
      add(tensor);
    for (const proto::GraphProto &graph : attribute.graphs())
      add(graph);
    for (const proto::SparseTensorProto &tensor : attribute.sparse_tensors())
      add(tensor);
  }
  void add(const proto::SparseTensorProto &tensor) {
    add(tensor.values());
    add(tensor.indices());
  }
  void add(const proto::TensorProto &tensor) {
    for (const proto::StringStringEntryProto &entry : tensor.external_data())
      if (entry.key() == "location")
        locations.insert(entry.value());
  }

  std::set<std::string> locations;
};

} // namespace

std::vector<std::string> tare::onnx::externalFiles(const std::string &path) {
  Result<std::shared_ptr<const MappedFile>> file = MappedFile::open(path);
  proto::ModelProto model;
  if (!file || (*file)->bytes().size() > std::numeric_limits<int>::max() ||
      !model.ParseFromArray((*file)->bytes().data(), int((*file)->bytes().size())))
    return {};
  Locations locations;
  locations.add(model.graph());
  for (const proto::FunctionProto &function : model.functions())
    locations.add(function.node());
  std::vector<std::string> files;
  for (const std::string &location : locations.found())
    files.push_back(std::filesystem::path(path).parent_path() / location);
  return files;
}
