//===- FusedOperators.cpp - What ONNX Runtime's optimizations leave -------===//
//
// Operators of com.microsoft that are a few of ONNX's own: written as these, by Microsoft's definitions
// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
//
//===----------------------------------------------------------------------===//
#include "Composite.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The parameters of a fused activation, in the order in which the operator's own attributes are listed.
using Parameters = std::vector<double>;

/// The activation's attributes of ONNX, in that order.
llvm::SmallVector<llvm::StringRef> parameterNames(llvm::StringRef activation) {
  if (activation == "HardSigmoid")
    return {"alpha", "beta"};
  if (activation == "LeakyRelu")
    return {"alpha"};
  return {};
}

/// The layer's result is its activation of `reals`; without one `reals` must be written as the result.
LogicalResult activate(Node &node, Composite &composite, llvm::StringRef activation, const std::string &reals,
                       const Parameters &parameters) {
  if (activation == "Clip") {
    if (parameters.size() != 2)
      return node.error(fmt::format("a fused Clip has {} limits, expected 2", parameters.size()));
    if (node.opset() < 11)
      return composite.finish("Clip", {reals}, {attribute("min", parameters[0]), attribute("max", parameters[1])});
    return composite.finish(
        "Clip", {reals, composite.scalar("lower", parameters[0]), composite.scalar("upper", parameters[1])});
  }
  if (!llvm::is_contained({"Relu", "Tanh", "Sigmoid", "LeakyRelu", "HardSigmoid"}, activation))
    return node.error("has the activation '" + activation +
                      "', expected Relu, Tanh, Sigmoid, LeakyRelu, HardSigmoid or Clip");
  Attributes attributes;
  for (auto [name, value] : llvm::zip(parameterNames(activation), parameters))
    attributes.push_back(attribute(name, value));
  return composite.finish(activation, {reals}, attributes);
}

/// Operands: x, weights, a bias, what is added to the result before the activation.
LogicalResult importConvolution(Node &node) {
  Composite composite(node);
  Attributes attributes = composite.own({"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
  Composite::Values operands = {composite.input(0), composite.input(1), composite.input(2)};
  std::string activation = node.stringAttribute("activation", "");
  bool adds = node.hasOperand(3);
  if (activation.empty() && !adds)
    return composite.finish("Conv", operands, attributes);
  std::string reals = composite.layer("convolution", "Conv", operands, attributes);
  if (activation.empty())
    return composite.finish("Add", {reals, composite.input(3)});
  if (adds)
    reals = composite.step("sum", "Add", {reals, composite.input(3)});
  std::vector<float> given = node.floatsAttribute("activation_params").value_or(std::vector<float>());
  return activate(node, composite, activation, reals, Parameters(given.begin(), given.end()));
}

LogicalResult importGemm(Node &node) {
  Composite composite(node);
  Attributes attributes = composite.own({"alpha", "beta", "transA", "transB"});
  Composite::Values operands = {composite.input(0), composite.input(1), composite.input(2)};
  std::string activation = node.stringAttribute("activation", "");
  if (activation.empty())
    return composite.finish("Gemm", operands, attributes);
  Parameters parameters;
  for (llvm::StringRef name : {"activation_alpha", "activation_beta", "activation_gamma"})
    if (node.hasAttribute(name))
      parameters.push_back(node.floatAttribute(name, 0));
  return activate(node, composite, activation, composite.layer("product", "Gemm", operands, attributes), parameters);
}

/// Operand `index`, its last two axes swapped, and its batch axes behind the first of these, as the attributes say.
std::string matrix(Node &node, Composite &composite, unsigned index, llvm::StringRef name) {
  std::optional<Shape> shape = node.shapeOf(index);
  bool transposed = node.intAttribute(("trans" + name).str(), 0);
  bool batchLast = node.intAttribute(("transBatch" + name).str(), 0);
  // A vector has nothing to swap.
  if (!shape || shape->size() < 2 || (!transposed && !batchLast))
    return composite.input(index);
  Integers order = axisRange(0, shape->size());
  if (batchLast)
    std::rotate(order.begin(), order.begin() + 1, order.end() - 1);
  if (transposed)
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  return composite.step(name.lower(), "Transpose", {composite.input(index)}, {attribute("perm", order)});
}

LogicalResult importMatMul(Node &node) {
  Composite composite(node);
  Composite::Values operands = {matrix(node, composite, 0, "A"), matrix(node, composite, 1, "B")};
  double alpha = node.floatAttribute("alpha", 1);
  if (alpha == 1)
    return composite.finish("MatMul", operands);
  std::string product = composite.layer("product", "MatMul", operands);
  return composite.finish("Mul", {product, composite.scalar("alpha", alpha)});
}

/// x sigmoid(alpha x): com.microsoft's QuickGelu, and Swish of ONNX since opset 24, whose alpha is 1 by default.
LogicalResult swish(Node &node, double alpha) {
  Composite composite(node);
  std::string scaled = composite.input(0);
  if (alpha != 1)
    scaled = composite.step("scaled", "Mul", {scaled, composite.scalar("alpha", alpha)});
  return composite.finish("Mul", {composite.input(0), composite.step("sigmoid", "Sigmoid", {scaled})});
}

/// A bias, where there is one, is added first.
template <typename Op> LogicalResult importGelu(Node &node) {
  mlir::Value x = node.operand(0);
  if (node.hasOperand(1))
    x = node.createIntermediate<qnn::AddOp>("sum", x, node.operand(1), nullptr);
  return node.give(node.create<Op>(x));
}

LogicalResult importQuickGelu(Node &node) { return swish(node, node.floatAttribute("alpha", 1.702)); }
LogicalResult importSwish(Node &node) { return swish(node, node.floatAttribute("alpha", 1)); }

/// The sums of the integers `a` and `b` times their scales, and a bias.
LogicalResult scaledProduct(Node &node, Composite &composite, const Composite::Values &integers,
                            const Composite::Values &scales, const std::string &bias) {
  std::string sums = composite.layer("sums", "MatMulInteger", integers);
  std::string reals = composite.step("reals", "Cast", {sums}, {attribute("to", int64_t(proto::TensorProto::FLOAT))});
  std::string scale = composite.step("scale", "Mul", scales);
  if (bias.empty())
    return composite.finish("Mul", {reals, scale});
  return composite.finish("Add", {composite.step("product", "Mul", {reals, scale}), bias});
}

/// Operands: a, integers b, their scale, zero point, a bias.
LogicalResult importDynamicMatMul(Node &node) {
  Composite composite(node);
  Composite::Values a =
      composite.steps({"a", "a_scale", "a_zero_point"}, "DynamicQuantizeLinear", {composite.input(0)});
  return scaledProduct(node, composite, {a[0], composite.input(1), a[2], composite.input(3)},
                       {a[1], composite.input(2)}, composite.input(4));
}

/// Operands: integers a and b, their scales, their zero points, a bias.
LogicalResult importIntegerMatMul(Node &node) {
  Composite composite(node);
  return scaledProduct(node, composite,
                       {composite.input(0), composite.input(1), composite.input(4), composite.input(5)},
                       {composite.input(2), composite.input(3)}, composite.input(6));
}

} // namespace

void tare::onnx::registerFusedOperators(OpTable &table) {
  table.addImport("Swish", importSwish);
  table.addImport("com.microsoft.FusedConv", importConvolution);
  table.addImport("com.microsoft.FusedGemm", importGemm);
  table.addImport("com.microsoft.FusedMatMul", importMatMul);
  table.addImport("com.microsoft.TransposeMatMul", importMatMul);
  table.addImport("com.microsoft.Gelu", importGelu<qnn::GeluOp>);
  table.addImport("com.microsoft.BiasGelu", importGelu<qnn::GeluOp>);
  table.addImport("com.microsoft.FastGelu", importGelu<qnn::GeluTanhOp>);
  table.addImport("com.microsoft.QuickGelu", importQuickGelu);
  table.addImport("com.microsoft.DynamicQuantizeMatMul", importDynamicMatMul);
  table.addImport("com.microsoft.MatMulIntegerToFloat", importIntegerMatMul);
}
