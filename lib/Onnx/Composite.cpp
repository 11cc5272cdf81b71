//===- Composite.cpp - An ONNX operator that is a few others --------------===//
#include "Composite.h"

using namespace tare;
using namespace tare::onnx;

proto::AttributeProto tare::onnx::attribute(llvm::StringRef name, int64_t value) {
  proto::AttributeProto attribute;
  attribute.set_name(name.str());
  attribute.set_type(proto::AttributeProto::INT);
  attribute.set_i(value);
  return attribute;
}

proto::AttributeProto tare::onnx::attribute(llvm::StringRef name, double value) {
  proto::AttributeProto attribute;
  attribute.set_name(name.str());
  attribute.set_type(proto::AttributeProto::FLOAT);
  attribute.set_f(static_cast<float>(value));
  return attribute;
}

proto::AttributeProto tare::onnx::attribute(llvm::StringRef name, const Integers &values) {
  proto::AttributeProto attribute;
  attribute.set_name(name.str());
  attribute.set_type(proto::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
  return attribute;
}

Attributes Composite::own(std::initializer_list<llvm::StringRef> names) const {
  Attributes found;
  for (const proto::AttributeProto &attribute : node.graphNode().proto->attribute())
    if (llvm::is_contained(names, llvm::StringRef(attribute.name())))
      found.push_back(attribute);
  return found;
}

void Composite::write(const std::string &layer, const Values &results, llvm::StringRef op, const Values &inputs,
                      const Attributes &attributes) {
  if (node.failed())
    return;
  proto::NodeProto part;
  part.set_op_type(op.str());
  for (const std::string &input : inputs)
    part.add_input(input);
  for (const std::string &result : results)
    part.add_output(result);
  for (const proto::AttributeProto &attribute : attributes)
    *part.add_attribute() = attribute;
  (void)node.importPart(std::move(part), layer);
}

std::string Composite::step(llvm::StringRef step, llvm::StringRef op, const Values &inputs,
                            const Attributes &attributes) {
  std::string result = valueName(step);
  write(node.graphNode().layer + "/" + step.str(), {result}, op, inputs, attributes);
  return result;
}

Composite::Values Composite::steps(std::initializer_list<llvm::StringRef> steps, llvm::StringRef op,
                                   const Values &inputs) {
  Values results;
  for (llvm::StringRef step : steps)
    results.push_back(valueName(step));
  write(node.graphNode().layer + "/" + steps.begin()->str(), results, op, inputs, {});
  return results;
}

std::string Composite::layer(llvm::StringRef step, llvm::StringRef op, const Values &inputs,
                             const Attributes &attributes) {
  std::string result = valueName(step);
  write(node.graphNode().layer, {result}, op, inputs, attributes);
  return result;
}

mlir::LogicalResult Composite::finish(llvm::StringRef op, const Values &inputs, const Attributes &attributes) {
  write(node.graphNode().layer, {node.resultName(0).str()}, op, inputs, attributes);
  return mlir::failure(node.failed());
}

mlir::LogicalResult Composite::give(unsigned index, llvm::StringRef op, const Values &inputs,
                                    const Attributes &attributes) {
  write(node.graphNode().layer, {node.resultName(index).str()}, op, inputs, attributes);
  return mlir::failure(node.failed());
}

std::string Composite::constant(llvm::StringRef step, Tensor tensor) {
  std::string name = valueName(step);
  node.define(name, GraphValue{std::move(tensor), std::nullopt, nullptr});
  return name;
}

std::string Composite::scalar(llvm::StringRef step, double value) {
  Tensor tensor(ElementType::f32, Shape{});
  *tensor.mutableAs<float>() = static_cast<float>(value);
  return constant(step, std::move(tensor));
}
