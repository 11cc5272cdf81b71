//===- ModelBuilder.cpp - ONNX models made in a test ----------------------===//
#include "ModelBuilder.h"
#include "mlir/IR/Verifier.h"
#include "tare/Dialect/Qnn/Host.h"
#include "llvm/Support/raw_ostream.h"

#include <fstream>
#include <unistd.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::test;
using Attribute = proto::AttributeProto;

proto::AttributeProto &NodeBuilder::add(const std::string &name, Attribute::AttributeType type) {
  Attribute &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

NodeBuilder &NodeBuilder::attribute(const std::string &name, int64_t value) {
  add(name, Attribute::INT).set_i(value);
  return *this;
}

NodeBuilder &NodeBuilder::attribute(const std::string &name, float value) {
  add(name, Attribute::FLOAT).set_f(value);
  return *this;
}

NodeBuilder &NodeBuilder::attribute(const std::string &name, const char *value) {
  add(name, Attribute::STRING).set_s(value);
  return *this;
}

NodeBuilder &NodeBuilder::attribute(const std::string &name, const std::vector<int64_t> &values) {
  add(name, Attribute::INTS).mutable_ints()->Add(values.begin(), values.end());
  return *this;
}

NodeBuilder &NodeBuilder::attribute(const std::string &name, const std::vector<float> &values) {
  add(name, Attribute::FLOATS).mutable_floats()->Add(values.begin(), values.end());
  return *this;
}

NodeBuilder &NodeBuilder::named(const std::string &name) {
  node.set_name(name);
  return *this;
}

ModelBuilder::ModelBuilder(int64_t opset) {
  model.set_ir_version(8);
  model.add_opset_import()->set_version(opset);
}

ModelBuilder &ModelBuilder::input(const std::string &name, const Shape &shape, Data type) {
  proto::ValueInfoProto &input = *graph().add_input();
  input.set_name(name);
  auto &tensor = *input.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  for (int64_t dim : shape) {
    auto &added = *tensor.mutable_shape()->add_dim();
    if (dim < 0)
      added.set_dim_param("d" + std::to_string(-dim));
    else
      added.set_dim_value(dim);
  }
  return *this;
}

ModelBuilder &ModelBuilder::output(const std::string &name) {
  graph().add_output()->set_name(name);
  return *this;
}

ModelBuilder &ModelBuilder::weight(const std::string &name, const Shape &shape, std::vector<float> values) {
  proto::TensorProto &tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(proto::TensorProto::FLOAT);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  if (values.size() == 1)
    values.resize(elementCount(shape), values[0]);
  tensor.set_raw_data(values.data(), values.size() * sizeof(float));
  return *this;
}

ModelBuilder &ModelBuilder::integers(const std::string &name, const Shape &shape, const std::vector<int64_t> &values,
                                     Data type) {
  proto::TensorProto &tensor = *graph().add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  tensor.mutable_dims()->Add(shape.begin(), shape.end());
  if (type == proto::TensorProto::INT64)
    tensor.mutable_int64_data()->Add(values.begin(), values.end());
  else
    tensor.mutable_int32_data()->Add(values.begin(), values.end());
  return *this;
}

NodeBuilder ModelBuilder::node(const std::string &type, const std::vector<std::string> &inputs,
                               const std::vector<std::string> &outputs) {
  proto::NodeProto &node = *graph().add_node();
  node.set_op_type(type);
  for (const std::string &input : inputs)
    node.add_input(input);
  for (const std::string &output : outputs)
    node.add_output(output);
  return NodeBuilder(node);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tare-onnx-XXXXXX").string();
  path = mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() { std::filesystem::remove_all(path); }

Imported tare::onnx::test::importFile(const std::string &path, const ImportOptions &options, bool locations) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  Imported imported;
  context.getDiagEngine().registerHandler([&](mlir::Diagnostic &diagnostic) {
    bool isError = diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
    (isError ? imported.errors : imported.warnings).push_back(diagnostic.str());
    return mlir::success();
  });
  auto module = importModel(path, options, context);
  if (failed(module))
    return imported;
  if (failed(mlir::verify(**module))) {
    imported.errors.push_back("the imported module is invalid");
    return imported;
  }
  (void)qnn::checkIntegerForms((*module)->lookupSymbol<mlir::func::FuncOp>("main"));
  imported.refusals = std::move(imported.errors);
  imported.errors.clear();
  llvm::raw_string_ostream stream(imported.ir);
  mlir::OpPrintingFlags flags;
  (*module)->print(stream, flags.enableDebugInfo(locations, true));
  return imported;
}

Imported tare::onnx::test::importBytes(const std::string &bytes) {
  TemporaryFolder folder;
  std::string path = folder.path / "model.onnx";
  std::ofstream(path, std::ios::binary) << bytes;
  return importFile(path);
}

Imported tare::onnx::test::import(const ModelBuilder &model, const ImportOptions &options, bool locations) {
  TemporaryFolder folder;
  std::string path = folder.path / "model.onnx";
  std::ofstream(path, std::ios::binary) << model.model.SerializeAsString();
  return importFile(path, options, locations);
}

std::string tare::onnx::test::errorOf(const ModelBuilder &model, const ImportOptions &options) {
  Imported imported = import(model, options);
  const std::vector<std::string> &errors = imported.errors.empty() ? imported.refusals : imported.errors;
  std::string all;
  for (const std::string &error : errors) {
    size_t file = error.find("model.onnx: ");
    all += error.substr(file == std::string::npos ? 0 : file + 12) + (errors.size() > 1 ? "\n" : "");
  }
  return all;
}
