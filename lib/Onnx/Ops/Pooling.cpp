//===- Pooling.cpp - MaxPool, AveragePool, global pools -------------------===//
#include "Window.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The window of a pooling over `input`, which needs spatial axes.
std::optional<Window> readPool(Node &node, mlir::Value input) {
  size_t rank = dims(input).size();
  if (rank != 3 && rank != 4) {
    (void)node.error(fmt::format("found an input of shape {}, expected one or "
                                 "two spatial axes",
                                 toString(*node.shapeOf(0))));
    return std::nullopt;
  }
  if (!node.hasAttribute("kernel_shape")) {
    (void)node.error("attribute 'kernel_shape' is missing");
    return std::nullopt;
  }
  Integers kernel = node.extentsAttribute("kernel_shape", rank - 2, 1, 1);
  Window window = readWindow(node, dims(input), kernel);
  return node.failed() ? std::nullopt : std::optional(window);
}

mlir::UnitAttr flag(Node &node, llvm::StringRef attribute) {
  return node.intAttribute(attribute, 0) ? node.builder().getUnitAttr() : mlir::UnitAttr();
}

LogicalResult importMaxPool(Node &node) {
  if (node.isUsed(1))
    return node.error("its second result '" + node.resultName(1) + "' (the indices) is not supported");
  mlir::Value input = node.anyOperand(0);
  std::optional<Window> window = input ? readPool(node, input) : std::nullopt;
  if (!window)
    return failure();
  return node.give(node.create<qnn::MaxPoolOp>(input, node.list(window->kernel), node.listUnless(1, window->strides),
                                               node.listUnless(0, window->pads), node.listUnless(1, window->dilations),
                                               flag(node, "ceil_mode")));
}

LogicalResult importAveragePool(Node &node) {
  mlir::Value input = node.operand(0);
  std::optional<Window> window = input ? readPool(node, input) : std::nullopt;
  if (!window)
    return failure();
  if (llvm::any_of(window->dilations, [](int64_t dilation) { return dilation != 1; }))
    return node.error("dilations other than 1 are not supported");
  return node.give(node.create<qnn::AveragePoolOp>(
      input, node.list(window->kernel), node.listUnless(1, window->strides), node.listUnless(0, window->pads),
      flag(node, "ceil_mode"), flag(node, "count_include_pad"), nullptr));
}

LogicalResult importGlobalMaxPool(Node &node) {
  mlir::Value input = node.anyOperand(0);
  if (!input)
    return failure();
  if (dims(input).size() < 3)
    return node.error("found an input of shape " + toString(*node.shapeOf(0)) + ", expected spatial axes");
  return node.give(
      node.create<qnn::MaxPoolOp>(input, node.list(dims(input).drop_front(2)), nullptr, nullptr, nullptr, nullptr));
}

LogicalResult importGlobalAveragePool(Node &node) {
  mlir::Value input = node.operand(0);
  if (!input)
    return failure();
  int64_t rank = dims(input).size();
  if (rank < 3)
    return node.error("found an input of shape " + toString(*node.shapeOf(0)) + ", expected spatial axes");
  Integers axes = axisRange(2, rank);
  return node.give(node.create<qnn::ReduceMeanOp>(input, node.list(axes), node.builder().getUnitAttr(), nullptr));
}

} // namespace

void tare::onnx::registerPooling(OpTable &table) {
  table.addImport("MaxPool", importMaxPool);
  table.addImport("AveragePool", importAveragePool);
  table.addImport("GlobalMaxPool", importGlobalMaxPool);
  table.addImport("GlobalAveragePool", importGlobalAveragePool);
}
