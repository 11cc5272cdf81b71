//===- Protos.cpp - Tensors, types and attributes in ONNX's terms ---------===//
#include "Protos.h"

#include "Onnx/TensorReader.h"

using namespace tare;
using namespace tare::onnx;

void onnx::setTensor(proto::TensorProto &proto, const std::string &name, const Tensor &tensor) {
  if (!name.empty())
    proto.set_name(name);
  proto.set_data_type(dataTypeOf(tensor.element()));
  for (int64_t dimension : tensor.shape())
    proto.add_dims(dimension);
  proto.set_raw_data(tensor.data(), tensor.type().bytes());
}

void onnx::setValue(proto::ValueInfoProto &proto, const std::string &name, const TensorType &type) {
  proto.set_name(name);
  proto::TypeProto::Tensor &tensor = *proto.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(dataTypeOf(type.element));
  tensor.mutable_shape();
  for (int64_t dimension : type.shape)
    tensor.mutable_shape()->add_dim()->set_dim_value(dimension);
}

namespace {

using Proto = proto::AttributeProto;

/// Whichever field holds such a value.
struct ToField {
  Proto &attribute;

  void operator()(int64_t value) {
    attribute.set_type(Proto::INT);
    attribute.set_i(value);
  }
  void operator()(double value) {
    attribute.set_type(Proto::FLOAT);
    attribute.set_f(float(value));
  }
  void operator()(const std::string &value) {
    attribute.set_type(Proto::STRING);
    attribute.set_s(value);
  }
  void operator()(const std::vector<int64_t> &values) {
    attribute.set_type(Proto::INTS);
    for (int64_t value : values)
      attribute.add_ints(value);
  }
  void operator()(const std::vector<double> &values) {
    attribute.set_type(Proto::FLOATS);
    for (double value : values)
      attribute.add_floats(float(value));
  }
  void operator()(const std::vector<std::string> &values) {
    attribute.set_type(Proto::STRINGS);
    for (const std::string &value : values)
      attribute.add_strings(value);
  }
  void operator()(const Tensor &value) {
    attribute.set_type(Proto::TENSOR);
    setTensor(*attribute.mutable_t(), "", value);
  }
};

} // namespace

void onnx::addAttribute(proto::NodeProto &node, const std::string &name, const host::Attribute &value) {
  Proto &attribute = *node.add_attribute();
  attribute.set_name(name);
  std::visit(ToField{attribute}, value);
}
