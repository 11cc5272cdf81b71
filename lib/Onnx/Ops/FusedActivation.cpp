//===- FusedActivation.cpp - The activation that a layer names ------------===//
//
// Layers of com.microsoft name the function that follows them:
// https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md.
//
//===----------------------------------------------------------------------===//
#include "FusedActivation.h"

#include <fmt/format.h>

using namespace tare::onnx;
using mlir::LogicalResult;

/// The activation's attributes of ONNX, in that order.
static llvm::SmallVector<llvm::StringRef> parameterNames(llvm::StringRef activation) {
  if (activation == "HardSigmoid")
    return {"alpha", "beta"};
  if (activation == "LeakyRelu")
    return {"alpha"};
  return {};
}

LogicalResult tare::onnx::activate(Node &node, Composite &composite, llvm::StringRef activation,
                                   const std::string &reals, const std::vector<double> &parameters) {
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
