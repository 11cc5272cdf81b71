//===- IntegerValues.cpp - Values on the grids that are wanted ------------===//
#include "Quantize/IntegerValues.h"
#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/Constants.h"
#include "tare/Dialect/Qnn/Names.h"
#include "tare/Evaluator/Evaluator.h"

using namespace mlir;
using namespace tare;

Value tare::quantizedConstant(OpBuilder &builder, Location loc, ElementsAttr reals, RankedTensorType type,
                              StringRef name) {
  Tensor integers = constantOnGrid(qnn::toTensor(reals), type);
  return qnn::ConstantOp::create(builder, loc, type, qnn::toAttr(qnn::storageType(type), integers, name));
}

Value tare::onType(OpBuilder &builder, Value value, RankedTensorType type, Location loc) {
  if (value.getType() == type)
    return value;
  if (ElementsAttr integers = qnn::constantValue(value)) {
    Tensor reals = dequantized(qnn::toTensor(integers), value.getType());
    std::string name = qnn::valueName(value);
    return quantizedConstant(builder, loc, qnn::toAttr(builder.getContext(), reals, name), type, name);
  }
  return qnn::RequantizeOp::create(builder, loc, type, value);
}

void tare::replaceCasts(OpBuilder &builder, Value reals, Value integers) {
  OpBuilder::InsertionGuard guard(builder);
  for (Operation *user : reals.getUsers()) {
    auto cast = llvm::cast<quant::QuantizeCastOp>(user);
    builder.setInsertionPoint(cast);
    cast.replaceAllUsesWith(onType(builder, integers, llvm::cast<RankedTensorType>(cast.getType()), cast.getLoc()));
  }
}
