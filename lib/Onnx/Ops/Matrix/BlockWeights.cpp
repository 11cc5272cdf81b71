//===- BlockWeights.cpp - MatMulNBits -------------------------------------===//
//
// Weights of few bits, with a scale for each block of a column, are the numbers that they stand for: hardware has one
// scale per column.
//
//===----------------------------------------------------------------------===//
#include "tare/Host/BlockWeights.h"
#include "Composite.h"
#include "tare/Host/Operator.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The operands.
enum : unsigned { input, weights, scales, zeroPoints, groups, bias };

/// Whether attributes and operands agree, as the host checks them.
LogicalResult check(Node &node, const host::Attributes &attributes) {
  std::vector<std::optional<host::Operand>> operands;
  for (unsigned i = 0; i < node.numOperands(); ++i) {
    std::optional<Shape> shape = node.hasOperand(i) ? node.shapeOf(i) : std::nullopt;
    const Tensor *known = shape ? node.known(i) : nullptr;
    ElementType element = known ? known->element() : ElementType::f32;
    operands.push_back(shape ? std::optional(host::Operand{{element, *shape}}) : std::nullopt);
  }
  auto types = host::inferTypes({"com.microsoft.MatMulNBits", node.opset(), attributes}, std::move(operands), 1);
  return types ? mlir::success() : node.error(types.error().message);
}

LogicalResult importMatMulNBits(Node &node) {
  host::Attributes attributes = node.hostAttributes();
  const Tensor *integers = node.requireKnown(weights, "B"), *factors = node.requireKnown(scales, "the scales");
  const Tensor *zeros = node.hasOperand(zeroPoints) ? node.requireKnown(zeroPoints, "the zero points") : nullptr;
  if (node.failed() || failed(check(node, attributes)))
    return failure();
  Composite composite(node);
  std::string matrix = composite.constant("weights", host::blockWeights(attributes, *integers, *factors, zeros));
  if (!node.hasOperand(bias))
    return composite.finish("MatMul", {composite.input(input), matrix});
  std::string product = composite.layer("product", "MatMul", {composite.input(input), matrix});
  return composite.finish("Add", {product, composite.input(bias)});
}

} // namespace

void tare::onnx::registerBlockWeights(OpTable &table) {
  table.addImport("com.microsoft.MatMulNBits", importMatMulNBits);
}
