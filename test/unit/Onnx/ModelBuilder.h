//===- ModelBuilder.h - ONNX models made in a test --------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_ONNX_MODELBUILDER_H
#define TARE_TEST_UNIT_ONNX_MODELBUILDER_H

#include "mlir/IR/MLIRContext.h"
#include "onnx.pb.h"
#include "tare/Onnx/Import.h"

#include <filesystem>

namespace tare::onnx::test {

using Data = proto::TensorProto::DataType;

/// A node to which attributes can be added.
class NodeBuilder {
public:
  explicit NodeBuilder(proto::NodeProto &node) : node(node) {}
  NodeBuilder &attribute(const std::string &name, int64_t value);
  NodeBuilder &attribute(const std::string &name, float value);
  NodeBuilder &attribute(const std::string &name, const char *value);
  NodeBuilder &attribute(const std::string &name, const std::vector<int64_t> &values);
  NodeBuilder &attribute(const std::string &name, const std::vector<float> &values);
  NodeBuilder &named(const std::string &name);

private:
  proto::AttributeProto &add(const std::string &name, proto::AttributeProto::AttributeType type);
  proto::NodeProto &node;
};

class ModelBuilder {
public:
  explicit ModelBuilder(int64_t opset = 13);

  ModelBuilder &input(const std::string &name, const Shape &shape, Data type = proto::TensorProto::FLOAT);
  ModelBuilder &output(const std::string &name);
  /// A float initializer; one value is repeated.
  ModelBuilder &weight(const std::string &name, const Shape &shape, std::vector<float> values = {0.5f});
  ModelBuilder &integers(const std::string &name, const Shape &shape, const std::vector<int64_t> &values,
                         Data type = proto::TensorProto::INT64);
  NodeBuilder node(const std::string &type, const std::vector<std::string> &inputs,
                   const std::vector<std::string> &outputs);

  proto::GraphProto &graph() { return *model.mutable_graph(); }
  proto::ModelProto model;
};

/// What importing gave: the printed IR (without locations), or nothing; and all diagnostics.
struct Imported {
  std::string ir;
  std::vector<std::string> errors, warnings;
  /// Why no program can be made of the module, where it imports.
  std::vector<std::string> refusals;
};

/// A folder that disappears with the object.
class TemporaryFolder {
public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::filesystem::path path;
};

Imported importFile(const std::string &path, const ImportOptions &options = {}, bool locations = false);
/// Writes the model to a file and imports it.
Imported import(const ModelBuilder &model, const ImportOptions &options = {}, bool locations = false);
Imported importBytes(const std::string &bytes);
/// The only error, without the file's name; "" where there is none, all of them where there are several.
std::string errorOf(const ModelBuilder &model, const ImportOptions &options = {});

/// Small models that use most operators.
std::vector<ModelBuilder> sampleModels();

} // namespace tare::onnx::test

#endif // TARE_TEST_UNIT_ONNX_MODELBUILDER_H
