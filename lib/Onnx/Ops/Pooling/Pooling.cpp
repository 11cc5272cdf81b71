//===- Pooling.cpp - MaxPool, AveragePool, global pools -------------------===//
#include "Pooling.h"
#include "Ops/Movement/Movement.h"

#include <fmt/format.h>
#include <functional>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

std::optional<Window> tare::onnx::readPool(Node &node, mlir::Value input) {
  size_t rank = dims(input).size();
  if (rank < 3 || rank > volumeRank) {
    (void)node.error(fmt::format("found an input of shape {}, expected one to "
                                 "three spatial axes",
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

mlir::Value tare::onnx::maxPool(Node &node, llvm::StringRef step, mlir::Value input, const Window &window,
                                bool ceilMode) {
  auto ceil = ceilMode ? node.builder().getUnitAttr() : mlir::UnitAttr();
  return node.createStep<qnn::MaxPoolOp>(step, input, node.list(window.kernel), node.listUnless(1, window.strides),
                                         node.listUnless(0, window.pads), node.listUnless(1, window.dilations), ceil);
}

namespace {

mlir::UnitAttr flag(Node &node, llvm::StringRef attribute) {
  return node.intAttribute(attribute, 0) ? node.builder().getUnitAttr() : mlir::UnitAttr();
}

LogicalResult givePooled(Node &node, mlir::Value pooled) {
  return pooled ? giveAs(node, pooled, Integers(dims(pooled))) : failure();
}

LogicalResult importMaxPool(Node &node) {
  if (node.isUsed(1))
    return node.error("its second result '" + node.resultName(1) + "' (the indices) is not supported");
  mlir::Value input = node.anyOperand(0);
  std::optional<Window> window = input ? readPool(node, input) : std::nullopt;
  if (!window)
    return failure();
  if (dims(input).size() == volumeRank)
    return givePooled(node, maxPoolVolume(node, input, *window));
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
  if (dims(input).size() == volumeRank)
    return givePooled(node, averagePoolVolume(node, input, *window));
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
  Integers shape(dims(input).take_front(2)), spatial(dims(input).drop_front(2));
  if (spatial.size() < 3)
    return node.give(node.create<qnn::MaxPoolOp>(input, node.list(spatial), nullptr, nullptr, nullptr, nullptr));
  int64_t count = std::accumulate(spatial.begin(), spatial.end(), int64_t(1), std::multiplies<>());
  mlir::Value rows = node.createStep<qnn::ReshapeOp>("rows", input, Integers{shape[0], shape[1], count});
  mlir::Value greatest =
      node.createStep<qnn::MaxPoolOp>("greatest", rows, node.list({count}), nullptr, nullptr, nullptr, nullptr);
  shape.append(spatial.size(), 1);
  return giveAs(node, greatest, shape);
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
