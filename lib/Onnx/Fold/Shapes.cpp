//===- Shapes.cpp - Constant, Shape, Size, ConstantOfShape, Range ---------===//
#include "ConstantData.h"
#include "Limits.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

Tensor floats(llvm::ArrayRef<float> values) {
  Tensor tensor(ElementType::f32, Shape{int64_t(values.size())});
  std::copy(values.begin(), values.end(), tensor.mutableAs<float>());
  return tensor;
}

/// The value stands in one of several attributes.
LogicalResult foldConstant(Node &node) {
  if (node.hasAttribute("value")) {
    ReadTensor value = node.exactTensorAttribute("value");
    return value.elements ? node.give(GraphValue::of(std::move(value))) : node.error("attribute 'value' is empty");
  }
  if (node.hasAttribute("value_int"))
    return node.give(fromInteger(node.intAttribute("value_int", 0)));
  if (node.hasAttribute("value_float")) {
    float value = static_cast<float>(node.floatAttribute("value_float", 0));
    return node.give(floats({value}).reshaped({}));
  }
  if (std::optional<Integers> values = node.intsAttribute("value_ints"))
    return node.give(fromIntegers(*values));
  if (auto values = node.floatsAttribute("value_floats"))
    return node.give(floats(*values));
  return node.error("its value is a string or a sparse tensor, or missing; "
                    "expected numbers");
}

/// Since opset 15 a part of the shape.
LogicalResult foldShape(Node &node) {
  std::optional<Shape> shape = node.shapeOf(0);
  if (!shape)
    return failure();
  int64_t rank = shape->size();
  auto bound = [&](llvm::StringRef name, int64_t fallback) {
    int64_t position = node.intAttribute(name, fallback);
    position = std::clamp(position, -rank, rank);
    return position < 0 ? position + rank : position;
  };
  int64_t start = bound("start", 0), end = bound("end", rank);
  Integers part;
  for (int64_t axis = start; axis < end; ++axis)
    part.push_back((*shape)[axis]);
  return node.give(fromIntegers(part));
}

LogicalResult foldSize(Node &node) {
  std::optional<Shape> shape = node.shapeOf(0);
  return shape ? node.give(fromInteger(elementCount(*shape))) : failure();
}

LogicalResult foldConstantOfShape(Node &node) {
  std::optional<Integers> dims = node.requireIntegers(0, "the shape");
  if (!dims)
    return failure();
  Shape shape(dims->begin(), dims->end());
  ReadTensor value{floats({0.0f}), {}};
  if (node.hasAttribute("value"))
    value = node.exactTensorAttribute("value");
  if (node.failed() || !mayCompute(node, shape))
    return failure();
  if (!value.elements || value.elements.count() != 1)
    return node.error("attribute 'value' must hold one element");
  auto repeated = [&](const Tensor &tensor) { return tensor ? broadcastTo(tensor.reshaped({}), shape) : tensor; };
  return node.give(GraphValue::of(ReadTensor{repeated(value.elements), repeated(value.doubles)}));
}

template <typename T> LogicalResult foldRangeOf(Node &node, T start, T limit, T delta) {
  double count = std::ceil((double(limit) - double(start)) / double(delta));
  // Written so that NaN (0 / 0) is refused, too.
  if (delta == T(0) || !(count < 1e18))
    return node.error("the range never ends");
  Shape shape{std::max<int64_t>(0, static_cast<int64_t>(count))};
  if (!mayCompute(node, shape))
    return failure();
  Tensor result(ElementTypeOf<T>::value, shape);
  for (int64_t i = 0; i < shape[0]; ++i)
    result.mutableAs<T>()[i] = static_cast<T>(double(start) + double(i) * double(delta));
  return node.give(result);
}

LogicalResult foldRange(Node &node) {
  const Tensor *first = node.requireKnown(0, "the start");
  double start = node.requireScalar(0, "the start", 0), limit = node.requireScalar(1, "the limit", 0),
         delta = node.requireScalar(2, "the delta", 1);
  if (node.failed())
    return failure();
  // Beyond these, doubles are no longer exact.
  if (!(std::abs(start) < 1e15 && std::abs(limit) < 1e15 && std::abs(delta) < 1e15))
    return node.error("the range's numbers are too large");
  if (first->element() == ElementType::f32)
    return foldRangeOf<float>(node, start, limit, delta);
  if (first->element() == ElementType::i32)
    return foldRangeOf<int32_t>(node, std::clamp(start, -2e9, 2e9), std::clamp(limit, -2e9, 2e9),
                                std::clamp(delta, -2e9, 2e9));
  return foldRangeOf<int64_t>(node, start, limit, delta);
}

} // namespace

void tare::onnx::registerShapeFolds(OpTable &table) {
  table.addFold("Constant", foldConstant);
  table.addShapeFold("Shape", foldShape);
  table.addShapeFold("Size", foldSize);
  table.addFold("ConstantOfShape", foldConstantOfShape);
  table.addFold("Range", foldRange);
}
