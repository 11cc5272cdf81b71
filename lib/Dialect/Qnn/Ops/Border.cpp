//===- Border.cpp - Constants, and from one grid to another ---------------===//
#include "Scales.h"
#include "tare/Dialect/Qnn/Constants.h"

using namespace mlir;
using namespace tare::qnn;

LogicalResult ConstantOp::verify() {
  auto result = cast<RankedTensorType>(getType());
  ShapedType value = getValue().getShapedType();
  if (value.getShape() != result.getShape())
    return emitOpError("value and result must have the same shape, found ") << value << " and " << result;
  if (value.getElementType() != storageType(result).getElementType())
    return emitOpError("value must hold the result's storage type ")
           << storageType(result).getElementType() << ", found " << value.getElementType();
  return verifyElements(*this, getValue());
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

void ConstantOp::getAsmResultNames(OpAsmSetValueNameFn setName) { setName(getResult(), "cst"); }

LogicalResult RequantizeOp::verify() {
  if (!quantizedElement(getInput().getType()) || !quantizedElement(getType()))
    return emitOpError("operand and result must be quantized, found ") << getInput().getType() << " and " << getType();
  return success();
}

OpFoldResult RequantizeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : nullptr;
}

Scales RequantizeOp::getEffectiveScales() { return {ratio(getInput(), getResult())}; }

Reaches RequantizeOp::getReaches() { return {distanceOf(getInput())}; }

LogicalResult ReinterpretOp::verify() {
  std::optional<Grid> from = Grid::of(getInput().getType()), to = Grid::of(getType());
  if (!from || !to || from->bits != to->bits || from->isSigned != to->isSigned)
    return emitOpError("operand and result must be quantized to integers of one type, found ")
           << getInput().getType() << " and " << getType();
  return success();
}

OpFoldResult ReinterpretOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  auto inner = getInput().getDefiningOp<ReinterpretOp>();
  return inner && inner.getInput().getType() == getType() ? OpFoldResult(inner.getInput()) : nullptr;
}
