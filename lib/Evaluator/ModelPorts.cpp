//===- ModelPorts.cpp - Values as a model has them ------------------------===//
#include "tare/Evaluator/ModelPorts.h"

#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Dialect/Qnn/QnnDialect.h"
#include "tare/Tensor/OffsetBinary.h"

using namespace mlir;

namespace tare {

bool isUnsignedInModel(BlockArgument argument) {
  auto function = cast<func::FuncOp>(argument.getOwner()->getParentOp());
  return bool(function.getArgAttr(argument.getArgNumber(), qnn::portUnsignedAttrName));
}

bool isUnsignedInModel(func::FuncOp function, unsigned index) {
  return bool(function.getResultAttr(index, qnn::portUnsignedAttrName));
}

program::FloatFormat formatInModel(func::FuncOp function, unsigned index) {
  auto format = function.getResultAttrOfType<qnn::FloatFormatAttr>(index, qnn::portFormatAttrName);
  if (!format)
    return program::FloatFormat::f32;
  return format.getValue() == qnn::FloatFormat::F16 ? program::FloatFormat::f16 : program::FloatFormat::bf16;
}

Tensor asArgument(const Tensor &value, BlockArgument argument) {
  return isUnsignedInModel(argument) ? shiftedByHalf(value) : value;
}

Tensor asOutput(const Tensor &result, func::FuncOp function, unsigned index) {
  return isUnsignedInModel(function, index) ? shiftedByHalf(result) : result;
}

} // namespace tare
