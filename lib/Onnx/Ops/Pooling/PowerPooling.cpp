//===- PowerPooling.cpp - LpPool, GlobalLpPool ----------------------------===//
//
// (sum of |x|^p)^(1 / p) over a window, as the mean of the powers, which counts the zeros of the padding, times the
// number of elements.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "Ops/Window.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A number before opset 2, an integer since.
std::optional<double> readExponent(Node &node) {
  double p = node.opset() < 2 ? node.floatAttribute("p", 2) : double(node.intAttribute("p", 2));
  if (p > 0)
    return p;
  (void)node.error(fmt::format("attribute 'p' is {}, expected more than 0", p));
  return std::nullopt;
}

std::string powers(Composite &composite, double p) {
  if (p == 2)
    return composite.step("powers", "Mul", {composite.input(0), composite.input(0)});
  std::string magnitudes = composite.step("abs", "Abs", {composite.input(0)});
  return p == 1 ? magnitudes : composite.step("powers", "Pow", {magnitudes, composite.scalar("p", p)});
}

LogicalResult giveRoot(Composite &composite, const std::string &mean, double count, double p) {
  std::string number = composite.scalar("count", count);
  if (p == 1)
    return composite.finish("Mul", {mean, number});
  std::string sum = composite.step("sum", "Mul", {mean, number});
  if (p == 2)
    return composite.finish("Sqrt", {sum});
  return composite.finish("Pow", {sum, composite.scalar("root", 1 / p)});
}

int64_t productOf(llvm::ArrayRef<int64_t> values) {
  return std::accumulate(values.begin(), values.end(), int64_t(1), std::multiplies<>());
}

LogicalResult importLpPool(Node &node) {
  std::optional<double> p = readExponent(node);
  std::optional<Integers> kernel = node.intsAttribute("kernel_shape");
  if (!p)
    return failure();
  if (!kernel)
    return node.error("attribute 'kernel_shape' is missing");
  if (node.intAttribute("ceil_mode", 0))
    return node.error("ceil_mode is not supported");
  Composite composite(node);
  Attributes attributes = composite.own({"auto_pad", "dilations", "kernel_shape", "pads", "strides"});
  attributes.push_back(attribute("count_include_pad", int64_t(1)));
  std::string mean = composite.layer("mean", "AveragePool", {powers(composite, *p)}, attributes);
  return giveRoot(composite, mean, productOf(*kernel), *p);
}

LogicalResult importGlobalLpPool(Node &node) {
  std::optional<double> p = readExponent(node);
  std::optional<Shape> shape = node.shapeOf(0);
  if (!p || !shape)
    return failure();
  if (shape->size() < 3)
    return node.error("found an input of shape " + toString(*shape) + ", expected spatial axes");
  Composite composite(node);
  std::string mean = composite.layer("mean", "GlobalAveragePool", {powers(composite, *p)});
  return giveRoot(composite, mean, productOf(llvm::ArrayRef(*shape).drop_front(2)), *p);
}

} // namespace

void tare::onnx::registerPowerPooling(OpTable &table) {
  table.addImport("LpPool", importLpPool);
  table.addImport("GlobalLpPool", importGlobalLpPool);
}
