//===- Dimensions.cpp - What a model and a user say of shapes -------------===//
#include "Dimensions.h"
#include "TensorReader.h"
#include "llvm/ADT/STLExtras.h"

using namespace tare;
using namespace tare::onnx;

bool tare::onnx::isStatic(const Dimension &dim) { return dim.has_dim_value() && dim.dim_value() > 0; }

bool tare::onnx::isZero(const Dimension &dim) { return dim.has_dim_value() && dim.dim_value() == 0; }

std::string tare::onnx::print(const proto::TensorShapeProto &shape) {
  std::string text;
  for (const Dimension &dim : shape.dim()) {
    text += text.empty() ? "" : "x";
    text += isStatic(dim) || isZero(dim) ? std::to_string(dim.dim_value())
            : dim.dim_param().empty()    ? "?"
                                         : dim.dim_param();
  }
  return text.empty() ? "scalar" : text;
}

std::optional<ElementType> tare::onnx::elementOf(int32_t dataType) {
  return isFloat(dataType) ? ElementType::f32 : storedType(dataType);
}

const InputShape *tare::onnx::find(const std::vector<InputShape> &shapes, const std::string &name) {
  auto found = llvm::find_if(shapes, [&](const InputShape &shape) { return shape.name == name; });
  return found == shapes.end() ? nullptr : &*found;
}

const proto::TensorShapeProto *tare::onnx::shapeOf(const proto::ValueInfoProto &input) {
  const auto &type = input.type().tensor_type();
  return type.has_shape() ? &type.shape() : nullptr;
}
