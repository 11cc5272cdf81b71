//===- Arithmetic.cpp - Add, Sub, Mul, Div --------------------------------===//
#include "DynamicQuantization.h"

using namespace tare::onnx;
using mlir::LogicalResult;

template <typename Op> static LogicalResult importBinary(Node &node) {
  return node.give(node.create<Op>(node.operand(0), node.operand(1), nullptr));
}

/// Masks are added, -inf where they hide.
static LogicalResult importAdd(Node &node) {
  return node.give(node.create<tare::qnn::AddOp>(node.maskOperand(0), node.maskOperand(1), nullptr));
}

/// Additions, one after the other; of one operand nothing.
static LogicalResult importSum(Node &node) {
  unsigned count = node.numOperands();
  if (count <= 1)
    return node.forward();
  mlir::Value sum = node.maskOperand(0);
  for (unsigned i = 1; i + 1 < count; ++i)
    sum = node.createStep<tare::qnn::AddOp>("sum" + std::to_string(i), sum, node.maskOperand(i), nullptr);
  return node.give(node.create<tare::qnn::AddOp>(sum, node.maskOperand(count - 1), nullptr));
}

static LogicalResult importNeg(Node &node) {
  return node.give(node.create<tare::qnn::MulOp>(node.operand(0), node.scalarConstant("minus_one", -1), nullptr));
}

static LogicalResult importMul(Node &node) {
  if (std::optional<LogicalResult> done = multiplyDynamic(node))
    return *done;
  return importBinary<tare::qnn::MulOp>(node);
}

/// The reciprocal of a constant is another constant, which has no integers of the model's.
static LogicalResult importDiv(Node &node) {
  return node.give(node.create<tare::qnn::DivOp>(node.operand(0), node.numbers(1), nullptr));
}

void tare::onnx::registerArithmetic(OpTable &table) {
  table.addImport("Add", importAdd);
  table.addImport("Sub", importBinary<qnn::SubOp>);
  table.addImport("Mul", importMul);
  table.addImport("Div", importDiv);
  table.addImport("Sum", importSum);
  table.addImport("Neg", importNeg);
}
