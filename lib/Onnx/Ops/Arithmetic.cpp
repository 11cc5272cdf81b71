//===- Arithmetic.cpp - Add, Sub, Mul, Div --------------------------------===//
#include "DynamicQuantization.h"

using namespace tare::onnx;
using mlir::LogicalResult;

template <typename Op> static LogicalResult importBinary(Node &node) {
  return node.give(node.create<Op>(node.operand(0), node.operand(1), nullptr));
}

static LogicalResult importMul(Node &node) {
  return node.dynamic(0) || node.dynamic(1) ? multiplyDynamic(node) : importBinary<tare::qnn::MulOp>(node);
}

void tare::onnx::registerArithmetic(OpTable &table) {
  table.addImport("Add", importBinary<qnn::AddOp>);
  table.addImport("Sub", importBinary<qnn::SubOp>);
  table.addImport("Mul", importMul);
  table.addImport("Div", importBinary<qnn::DivOp>);
}
