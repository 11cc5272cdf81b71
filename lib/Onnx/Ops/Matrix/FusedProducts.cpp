//===- FusedProducts.cpp - What ONNX Runtime's optimizations leave --------===//
//
// Products of com.microsoft that are a few of ONNX's own: written as these, by Microsoft's definitions
// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
//
//===----------------------------------------------------------------------===//
#include "Ops/FusedActivation.h"

using namespace tare;
using namespace tare::onnx;
using mlir::LogicalResult;

namespace {

LogicalResult importGemm(Node &node) {
  Composite composite(node);
  Attributes attributes = composite.own({"alpha", "beta", "transA", "transB"});
  Composite::Values operands = {composite.input(0), composite.input(1), composite.input(2)};
  std::string activation = node.stringAttribute("activation", "");
  if (activation.empty())
    return composite.finish("Gemm", operands, attributes);
  std::vector<double> parameters;
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

void tare::onnx::registerFusedProducts(OpTable &table) {
  table.addImport("com.microsoft.FusedGemm", importGemm);
  table.addImport("com.microsoft.FusedMatMul", importMatMul);
  table.addImport("com.microsoft.TransposeMatMul", importMatMul);
  table.addImport("com.microsoft.DynamicQuantizeMatMul", importDynamicMatMul);
  table.addImport("com.microsoft.MatMulIntegerToFloat", importIntegerMatMul);
}
