//===- Binary.cpp - Add, Sub, Mul, Div ------------------------------------===//
#include "Border/DynamicQuantization.h"
#include "Composite.h"
#include "ConstantData.h"

#include <algorithm>
#include <functional>

using namespace tare::onnx;
using mlir::LogicalResult;

template <typename Op> static LogicalResult importBinary(Node &node) {
  return node.give(node.create<Op>(node.operand(0), node.operand(1), nullptr));
}

/// Masks are added, -inf where they hide.
static LogicalResult importAdd(Node &node) {
  return node.give(node.create<tare::qnn::AddOp>(node.maskOperand(0), node.maskOperand(1), nullptr));
}

/// The sum of two constants; nothing where they are no floats, do not broadcast, or hide something by -inf.
static std::optional<tare::Tensor> sumOf(const tare::Tensor &a, const tare::Tensor &b) {
  std::optional<tare::Shape> shape = broadcastShapes(a.shape(), b.shape());
  bool areFloats = a.element() == tare::ElementType::f32 && b.element() == tare::ElementType::f32;
  if (!shape || !areFloats || findNonFinite(a) || findNonFinite(b))
    return std::nullopt;
  tare::Tensor result(tare::ElementType::f32, *shape), left = broadcastTo(a, *shape), right = broadcastTo(b, *shape);
  std::transform(left.as<float>(), left.as<float>() + result.count(), right.as<float>(), result.mutableAs<float>(),
                 std::plus<>());
  return result;
}

/// What is added: the computed operands, and behind them the constants, which are one where they can be.
static llvm::SmallVector<mlir::Value> summandsOf(Node &node) {
  llvm::SmallVector<mlir::Value> computed, constants;
  std::optional<tare::Tensor> common;
  llvm::SmallVector<unsigned> known;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    if (node.known(i))
      known.push_back(i);
    else
      computed.push_back(node.operand(i));
  if (known.size() > 1)
    common = *node.known(known.front());
  for (unsigned i : llvm::ArrayRef(known).drop_front(known.empty() ? 0 : 1))
    common = common ? sumOf(*common, *node.known(i)) : std::nullopt;
  if (common)
    constants.push_back(node.constant(node.derivedName("constant"), *common));
  else
    for (unsigned i : known)
      constants.push_back(node.maskOperand(i));
  // A layer takes a constant as its bias.
  if (!computed.empty())
    computed.insert(computed.begin() + 1, constants.begin(), constants.end());
  return computed.empty() ? constants : computed;
}

/// Additions, one after the other; of one operand nothing.
static LogicalResult importSum(Node &node) {
  if (node.numOperands() <= 1)
    return node.forward();
  llvm::SmallVector<mlir::Value> summands = summandsOf(node);
  if (node.failed())
    return mlir::failure();
  if (summands.size() == 1)
    return node.give(summands.front());
  mlir::Value sum = summands.front();
  for (unsigned i = 1; i + 1 < summands.size(); ++i)
    sum = node.createIntermediate<tare::qnn::AddOp>("sum" + std::to_string(i), sum, summands[i], nullptr);
  return node.give(node.create<tare::qnn::AddOp>(sum, summands.back(), nullptr));
}

/// The sum over the number of operands.
static LogicalResult importMean(Node &node) {
  if (node.numOperands() <= 1)
    return node.forward();
  Composite composite(node);
  Composite::Values operands;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    operands.push_back(composite.input(i));
  std::string sum = composite.step("sum", "Sum", operands);
  return composite.finish("Div", {sum, composite.scalar("count", node.numOperands())});
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

void tare::onnx::registerBinary(OpTable &table) {
  table.addImport("Add", importAdd);
  table.addImport("Sub", importBinary<qnn::SubOp>);
  table.addImport("Mul", importMul);
  table.addImport("Div", importDiv);
  table.addImport("Sum", importSum);
  table.addImport("Mean", importMean);
  table.addImport("Neg", importNeg);
}
