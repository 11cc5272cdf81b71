//===- NodeOperands.cpp - What a node reads -------------------------------===//
#include "NodeOperands.h"
#include "ConstantData.h"
#include "tare/Dialect/Qnn/Constants.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;

GraphValue *NodeOperands::valueOf(unsigned index) {
  return hasOperand(index) ? context.values().find(protoNode.input(index)) : nullptr;
}

GraphValue *NodeOperands::requireValue(unsigned index) {
  GraphValue *value = valueOf(index);
  if (!value)
    (void)error("operand " + llvm::Twine(index) + " is missing");
  if (value && mlir::failed(context.complete(*value))) {
    hasFailed = true;
    return nullptr;
  }
  if (!value || !value->dynamic)
    return value;
  (void)error("operand '" + operandName(index) + "' " + describe(*value->dynamic));
  return nullptr;
}

mlir::Value NodeOperands::rawOperand(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = context.values().materialize(protoNode.input(index), *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

mlir::Value NodeOperands::inOwnType(unsigned index) {
  GraphValue *value = requireValue(index);
  return value && !hasFailed ? inOwnType(protoNode.input(index)) : nullptr;
}

mlir::Value NodeOperands::inOwnType(llvm::StringRef name) {
  GraphValue *value = context.values().find(name);
  if (!value || hasFailed)
    return nullptr;
  Result<mlir::Value> result = context.values().inOwnType(name, *value);
  if (result)
    return *result;
  (void)error(result.error().message);
  return nullptr;
}

std::optional<qnn::Grid> NodeOperands::integerGrid(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->value ? qnn::Grid::of(value->value.getType()) : std::nullopt;
}

mlir::Value NodeOperands::anyOperand(unsigned index) {
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

mlir::Value NodeOperands::operand(unsigned index) {
  mlir::Value value = anyOperand(index);
  if (!value)
    return nullptr;
  if (mlir::getElementTypeOrSelf(value.getType()).isF32())
    return value;
  (void)error("operand '" + operandName(index) +
              "' holds integers, expected floating point; dequantize or cast it first");
  return nullptr;
}

mlir::Value NodeOperands::numbers(unsigned index) {
  return dequantized(index) ? constant(operandName(index), *known(index)) : operand(index);
}

mlir::Value NodeOperands::maskOperand(unsigned index, mlir::Value (NodeOperands::*otherwise)(unsigned)) {
  const Tensor *mask = dequantized(index) ? nullptr : known(index);
  if (mask && hidesRows(*mask)) {
    (void)error("operand '" + operandName(index) + "' is -inf along a whole row, of which nothing is left");
    return nullptr;
  }
  std::optional<Tensor> finite = mask ? withoutMinusInfinity(*mask) : std::nullopt;
  return finite ? constant(operandName(index), *finite) : (this->*otherwise)(index);
}

const Tensor *NodeOperands::known(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->isKnown() ? &value->numbers() : nullptr;
}

const Tensor *NodeOperands::knownExactly(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->doubles ? &value->doubles : known(index);
}

const Tensor *NodeOperands::requireKnown(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = known(index);
  if (!tensor && dynamic(index))
    (void)requireValue(index);
  if (!tensor)
    (void)error(hasOperand(index) ? role + " '" + operandName(index) + "' must be a constant, found a computed value"
                                  : role + " is missing");
  return tensor;
}

const GraphValue *NodeOperands::dequantized(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && value->grid ? value : nullptr;
}

std::shared_ptr<const DynamicValue> NodeOperands::dynamic(unsigned index) {
  GraphValue *value = valueOf(index);
  return value ? value->dynamic : nullptr;
}

bool NodeOperands::isConstant(unsigned index) {
  GraphValue *value = valueOf(index);
  return value && (value->constant || context.values().isConstant(value->value));
}

std::optional<Shape> NodeOperands::shapeOf(unsigned index) {
  GraphValue *value = requireValue(index);
  if (!value)
    return std::nullopt;
  if (value->constant)
    return value->constant.shape();
  llvm::ArrayRef<int64_t> shape = dims(value->value);
  return Shape(shape.begin(), shape.end());
}

std::optional<Integers> NodeOperands::requireIntegers(unsigned index, llvm::StringRef role) {
  const Tensor *tensor = requireKnown(index, role);
  if (!tensor)
    return std::nullopt;
  if (tensor->element() == ElementType::f32) {
    (void)error(role + " must hold integers, found float32");
    return std::nullopt;
  }
  return toIntegers(*tensor);
}

double NodeOperands::requireScalar(unsigned index, llvm::StringRef role, double fallback) {
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

Shape NodeOperands::shapeOfValue(llvm::StringRef name) {
  GraphValue *value = context.values().find(name);
  if (value->constant)
    return value->constant.shape();
  llvm::ArrayRef<int64_t> shape = dims(value->value);
  return Shape(shape.begin(), shape.end());
}
