//===- NodeOperands.cpp - What a node reads -------------------------------===//
#include "ConstantData.h"
#include "Node.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

bool Node::hasOperand(unsigned index) const { return index < numOperands() && !protoNode.input(index).empty(); }

llvm::StringRef Node::operandName(unsigned index) const {
  return hasOperand(index) ? llvm::StringRef(protoNode.input(index)) : "";
}

GraphValue *Node::valueOf(unsigned index) {
  return hasOperand(index) ? importer.find(protoNode.input(index)) : nullptr;
}

GraphValue *Node::requireValue(unsigned index) {
  GraphValue *value = valueOf(index);
  if (!value)
    (void)error("operand " + llvm::Twine(index) + " is missing");
  if (value && mlir::failed(importer.complete(*value))) {
    hasFailed = true;
    return nullptr;
  }
  if (!value || !value->dynamic)
    return value;
  (void)error("operand '" + operandName(index) + "' " + describe(*value->dynamic));
  return nullptr;
}

mlir::Value Node::rawOperand(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = importer.materialize(protoNode.input(index), *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

mlir::Value Node::inOwnType(unsigned index) {
  GraphValue *value = requireValue(index);
  return value && !hasFailed ? inOwnType(protoNode.input(index)) : nullptr;
}

mlir::Value Node::inOwnType(llvm::StringRef name) {
  GraphValue *value = importer.find(name);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = importer.inOwnType(name, *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

std::optional<qnn::Grid> Node::integerGrid(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->value ? qnn::Grid::of(value->value.getType()) : std::nullopt;
}

mlir::Value Node::anyOperand(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value)
    return nullptr;
  if (value->value && mlir::isa<mlir::IntegerType>(mlir::getElementTypeOrSelf(value->value.getType()))) {
    (void)error("operand '" + operandName(index) +
                "' is an input of integers that nothing computes with; expected floating point, int8, uint8, int16 or "
                "uint16");
    return nullptr;
  }
  if (value->isKnown() && !value->grid && value->constant.element() != ElementType::f32) {
    (void)error("operand '" + operandName(index) + "' holds integers, expected floating point");
    return nullptr;
  }
  return rawOperand(index);
}

mlir::Value Node::operand(unsigned index) {
  mlir::Value value = anyOperand(index);
  if (!value)
    return nullptr;
  if (mlir::getElementTypeOrSelf(value.getType()).isF32())
    return value;
  (void)error("operand '" + operandName(index) +
              "' holds integers, expected floating point; dequantize or cast it first");
  return nullptr;
}

mlir::Value Node::numbers(unsigned index) {
  return dequantized(index) ? constant(operandName(index), *known(index)) : operand(index);
}

mlir::Value Node::maskOperand(unsigned index, mlir::Value (Node::*otherwise)(unsigned)) {
  const Tensor *mask = dequantized(index) ? nullptr : known(index);
  if (mask && hidesRows(*mask)) {
    (void)error("operand '" + operandName(index) + "' is -inf along a whole row, of which nothing is left");
    return nullptr;
  }
  std::optional<Tensor> finite = mask ? withoutMinusInfinity(*mask) : std::nullopt;
  return finite ? constant(operandName(index), *finite) : (this->*otherwise)(index);
}

const Tensor *Node::known(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->isKnown() ? &value->numbers() : nullptr;
}

const Tensor *Node::knownExactly(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->doubles ? &value->doubles : known(index);
}

const Tensor *Node::requireKnown(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = known(index);
  if (!tensor && dynamic(index))
    (void)requireValue(index);
  if (!tensor)
    (void)error(hasOperand(index) ? role + " '" + operandName(index) + "' must be a constant, found a computed value"
                                  : role + " is missing");
  return tensor;
}

const GraphValue *Node::dequantized(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->grid ? value : nullptr;
}

std::shared_ptr<const DynamicValue> Node::dynamic(unsigned index) {
  GraphValue *value = valueOf(index);
  return value ? value->dynamic : nullptr;
}

bool Node::isConstant(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && (value->constant || importer.isConstant(value->value));
}

std::optional<Shape> Node::shapeOf(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value)
    return std::nullopt;
  if (value->constant)
    return value->constant.shape();
  llvm::ArrayRef<int64_t> shape = dims(value->value);
  return Shape(shape.begin(), shape.end());
}

std::optional<Integers> Node::requireIntegers(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = requireKnown(index, role);
  if (!tensor)
    return std::nullopt;
  if (tensor->element() == ElementType::f32) {
    (void)error(role + " must hold integers, found float32");
    return std::nullopt;
  }
  return toIntegers(*tensor);
}

double Node::requireScalar(unsigned index, llvm::StringRef role, double fallback) {
  if (!hasOperand(index))
    return fallback;
  const Tensor *tensor = requireKnown(index, role);
  if (!tensor)
    return fallback;
  if (tensor->count() != 1) {
    (void)error(fmt::format("{} must be one number, found shape {}", role.str(), toString(tensor->shape())));
    return fallback;
  }
  return toDoubles(*tensor)[0];
}
