//===- Identities.cpp - Nodes that vanish ---------------------------------===//
#include "Quantization.h"

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

LogicalResult importIdentity(Node &node) { return node.forward(); }

/// In inference it passes its operand on. Training is an operand since opset 12.
LogicalResult importDropout(Node &node) {
  if (node.opset() >= 12 && node.requireScalar(2, "operand training_mode", 0) != 0)
    return node.error("training_mode must be false; export the model for "
                      "inference");
  if (node.isUsed(1))
    return node.error("its mask '" + node.resultName(1) + "' is used; export the model for inference");
  return node.failed() ? failure() : node.forward();
}

/// All floating-point types are float32 here; what a narrower one does not hold is rounded. Integers that are a graph
/// input become a quantized value with scale 1.
LogicalResult importCast(Node &node) {
  int64_t to = node.intAttribute("to", 0);
  if (!isFloat(to))
    return node.error("casts a computed value to " + dataTypeName(to) + "; expected a cast to floating point");
  std::shared_ptr<const DynamicValue> sums = node.dynamic(0);
  if (sums && sums->kind == DynamicValue::Kind::Sums && !(sums->isProduct() && roundingFormat(to)))
    return node.forward();
  if (node.isIntegerArgument(0))
    return dequantizeArgument(node, identityGrid(node.rawOperand(0)));
  std::optional<qnn::FloatFormat> format = roundingFormat(to);
  mlir::Value input = node.operand(0);
  if (!input || !format)
    return input ? node.forward() : failure();
  return node.give(node.create<qnn::RoundOp>(input, *format));
}

} // namespace

void tare::onnx::registerIdentities(OpTable &table) {
  table.addImport("Identity", importIdentity);
  table.addImport("Dropout", importDropout);
  table.addFold("Dropout", importDropout);
  table.addImport("Cast", importCast);
}
