//===- Arithmetic.cpp - Add, Sub, Mul, Div --------------------------------===//
#include "Node.h"

using namespace tare::onnx;
using mlir::LogicalResult;

template <typename Op> static LogicalResult importBinary(Node &node) {
  return node.give(node.create<Op>(node.operand(0), node.operand(1), nullptr));
}

void tare::onnx::registerArithmetic(OpTable &table) {
  table.addImport("Add", importBinary<qnn::AddOp>);
  table.addImport("Sub", importBinary<qnn::SubOp>);
  table.addImport("Mul", importBinary<qnn::MulOp>);
  table.addImport("Div", importBinary<qnn::DivOp>);
}
