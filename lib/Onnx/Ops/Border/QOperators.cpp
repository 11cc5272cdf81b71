//===- QOperators.cpp - Operators that quantize and dequantize themselves -===//
//
// The QOperator form of a quantized model: an operator reads integers and writes integers, with the scales and zero
// points beside them. It is the operator itself between DequantizeLinear and QuantizeLinear, which is how it is written
// here; so a model in this form is the one in QDQ form.
//
//===----------------------------------------------------------------------===//
#include "Composite.h"
#include "ConstantData.h"
#include "Quantization.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// The type of an operand's integers; nothing for real numbers.
std::optional<ElementType> integersOf(Node &node, unsigned index) {
  if (const Tensor *known = node.dequantized(index) ? nullptr : node.known(index))
    return known->element() == ElementType::f32 ? std::nullopt : std::optional(known->element());
  std::optional<qnn::Grid> grid = node.integerGrid(index);
  return grid ? std::optional(elementOf(*grid)) : std::nullopt;
}

/// Operands `first` to `first + 2`: integers, their scale, their zero point. Their real numbers.
std::string dequantize(Composite &composite, llvm::StringRef step, unsigned first, const Attributes &attributes = {}) {
  return composite.step(step, "DequantizeLinear",
                        {composite.input(first), composite.input(first + 1), composite.input(first + 2)}, attributes);
}

/// Gives the result: `reals` on the grid of operands `scale` and `scale + 1`. A zero point that is left out is 0, of
/// the type of operand `like`.
LogicalResult quantize(Node &node, Composite &composite, const std::string &reals, unsigned scale, unsigned like) {
  std::string zero = composite.input(scale + 1);
  if (zero.empty()) {
    std::optional<ElementType> element = integersOf(node, like);
    if (!element)
      return node.error("operand '" + node.operandName(like) + "' holds no integers of 8 or 16 bits");
    Tensor zeros(*element, Shape{});
    std::memset(zeros.mutableAs<char>(), 0, zeros.type().bytes());
    zero = composite.constant("zero_point", std::move(zeros));
  }
  return composite.finish("QuantizeLinear", {reals, composite.input(scale), zero});
}

constexpr std::initializer_list<llvm::StringRef> windowAttributes = {
    "auto_pad", "ceil_mode", "count_include_pad", "dilations", "group", "kernel_shape", "pads", "strides"};

/// `value` with its channels, the last axis, behind the batch; or the other way round.
std::string moveChannels(Composite &composite, const std::string &value, llvm::StringRef step, int64_t rank,
                         bool toLast) {
  Integers order = axisRange(0, rank);
  if (toLast)
    std::rotate(order.begin() + 1, order.begin() + 2, order.end());
  else
    std::rotate(order.begin() + 1, order.end() - 1, order.end());
  return composite.step(step, "Transpose", {value}, {attribute("perm", order)});
}

/// `op` of the real numbers `reals`, whose channels are the last axis where the node says so.
template <typename Compute>
std::string inItsLayout(Node &node, Composite &composite, std::string reals, Compute compute) {
  std::optional<Shape> shape = node.shapeOf(0);
  if (!node.intAttribute("channels_last", 0) || !shape || shape->size() < 3)
    return compute(reals);
  std::string moved = compute(moveChannels(composite, reals, "channels_first", shape->size(), false));
  return moveChannels(composite, moved, "channels_last", shape->size(), true);
}

/// x, its scale, zero point; weights, theirs, theirs; the result's; an int32 bias, of the product of the scales.
LogicalResult importConvolution(Node &node) {
  Composite composite(node);
  std::string weights = dequantize(composite, "weights", 3, {attribute("axis", int64_t(0))}), bias;
  if (node.hasOperand(8)) {
    std::string scale = composite.step("bias_scale", "Mul", {composite.input(1), composite.input(4)});
    bias = composite.step("bias", "DequantizeLinear", {composite.input(8), scale}, {attribute("axis", int64_t(0))});
  }
  auto convolve = [&](const std::string &x) {
    return composite.layer("reals", "Conv", {x, weights, bias}, composite.own(windowAttributes));
  };
  std::string reals = inItsLayout(node, composite, dequantize(composite, "x", 0), convolve);
  return quantize(node, composite, reals, 6, 0);
}

LogicalResult importMatMul(Node &node) {
  Composite composite(node);
  std::string a = dequantize(composite, "a", 0, {attribute("axis", int64_t(-2))});
  std::string b = dequantize(composite, "b", 3, {attribute("axis", int64_t(-1))});
  return quantize(node, composite, composite.layer("reals", "MatMul", {a, b}), 6, 0);
}

/// As a Gemm, its C integers of the product of alpha and the scales; without a scale of the result this is real.
LogicalResult importGemm(Node &node) {
  Composite composite(node);
  int64_t channels = node.intAttribute("transB", 0) ? 0 : 1;
  Composite::Values operands = {dequantize(composite, "a", 0),
                                dequantize(composite, "b", 3, {attribute("axis", channels)})};
  if (node.hasOperand(6)) {
    std::string scale = composite.step("scales", "Mul", {composite.input(1), composite.input(4)});
    scale = composite.step("c_scale", "Mul", {scale, composite.scalar("alpha", node.floatAttribute("alpha", 1))});
    operands.push_back(
        composite.step("c", "DequantizeLinear", {composite.input(6), scale}, {attribute("axis", int64_t(-1))}));
  }
  Attributes attributes = composite.own({"alpha", "transA", "transB"});
  if (!node.hasOperand(7))
    return composite.finish("Gemm", operands, attributes);
  return quantize(node, composite, composite.layer("reals", "Gemm", operands, attributes), 7, 0);
}

template <char op> LogicalResult importBinary(Node &node) {
  Composite composite(node);
  std::string a = dequantize(composite, "a", 0), b = dequantize(composite, "b", 3);
  return quantize(node, composite, composite.layer("reals", op == '+' ? "Add" : "Mul", {a, b}), 6, 0);
}

LogicalResult importAveragePool(Node &node) {
  Composite composite(node);
  auto pool = [&](const std::string &x) {
    return composite.layer("reals", "AveragePool", {x}, composite.own(windowAttributes));
  };
  return quantize(node, composite, inItsLayout(node, composite, dequantize(composite, "x", 0), pool), 3, 0);
}

LogicalResult importGlobalAveragePool(Node &node) {
  Composite composite(node);
  auto pool = [&](const std::string &x) { return composite.layer("reals", "GlobalAveragePool", {x}); };
  return quantize(node, composite, inItsLayout(node, composite, dequantize(composite, "x", 0), pool), 3, 0);
}

/// The result's scale and zero point, then integers, scale and zero point of each part.
LogicalResult importConcat(Node &node) {
  Composite composite(node);
  if (node.numOperands() < 5 || node.numOperands() % 3 != 2)
    return node.error(fmt::format("found {} operands, expected two and three for each part", node.numOperands()));
  Composite::Values parts;
  for (unsigned first = 2; first < node.numOperands(); first += 3)
    parts.push_back(dequantize(composite, "part" + std::to_string(parts.size()), first));
  return quantize(node, composite, composite.layer("reals", "Concat", parts, composite.own({"axis"})), 0, 2);
}

LogicalResult importSigmoid(Node &node) {
  Composite composite(node);
  return quantize(node, composite, composite.layer("reals", "Sigmoid", {dequantize(composite, "x", 0)}), 3, 0);
}

LogicalResult importLeakyRelu(Node &node) {
  Composite composite(node);
  Attributes slope = composite.own({"alpha"});
  return quantize(node, composite, composite.layer("reals", "LeakyRelu", {dequantize(composite, "x", 0)}, slope), 3, 0);
}

/// Which axes are normalized follows from the opset that the attribute names, not from the model's: before 13 all from
/// `axis` on.
LogicalResult importSoftmax(Node &node) {
  Composite composite(node);
  std::string x = dequantize(composite, "x", 0);
  std::optional<Shape> shape = node.shapeOf(0);
  if (!shape)
    return failure();
  int64_t axis = node.intAttribute("axis", -1), rank = shape->size();
  bool isLast = axis == -1 || axis == rank - 1;
  if (isLast || (node.intAttribute("opset", 13) >= 13 && node.opset() >= 13))
    return quantize(node, composite, composite.layer("reals", "Softmax", {x}, {attribute("axis", axis)}), 3, 0);
  if (node.intAttribute("opset", 13) >= 13)
    return node.error(fmt::format("normalizes axis {} alone, which opset {} of the model cannot say; convert the model "
                                  "to opset 13 (onnx.version_converter)",
                                  axis, node.opset()));
  std::string rows = composite.step("rows", "Flatten", {x}, {attribute("axis", axis)});
  rows = composite.layer("normalized", "Softmax", {rows}, {attribute("axis", int64_t(1))});
  std::string whole = composite.step("shape", "Shape", {x});
  return quantize(node, composite, composite.step("reals", "Reshape", {rows, whole}), 3, 0);
}

/// The operators of com.microsoft have these names, too, with more types.
template <bool quantizes> LogicalResult importBorder(Node &node) {
  Composite composite(node);
  Composite::Values operands;
  for (unsigned i = 0; i < node.numOperands(); ++i)
    operands.push_back(composite.input(i));
  Attributes attributes = composite.own({"axis", "block_size"});
  return composite.finish(quantizes ? "QuantizeLinear" : "DequantizeLinear", operands, attributes);
}

} // namespace

void tare::onnx::registerQOperators(OpTable &table) {
  table.addImport("QLinearConv", importConvolution);
  table.addImport("QLinearMatMul", importMatMul);
  table.addImport("com.microsoft.QLinearConv", importConvolution);
  table.addImport("com.microsoft.QGemm", importGemm);
  table.addImport("com.microsoft.QLinearAdd", importBinary<'+'>);
  table.addImport("com.microsoft.QLinearMul", importBinary<'*'>);
  table.addImport("com.microsoft.QLinearAveragePool", importAveragePool);
  table.addImport("com.microsoft.QLinearGlobalAveragePool", importGlobalAveragePool);
  table.addImport("com.microsoft.QLinearConcat", importConcat);
  table.addImport("com.microsoft.QLinearSigmoid", importSigmoid);
  table.addImport("com.microsoft.QLinearLeakyRelu", importLeakyRelu);
  table.addImport("com.microsoft.QLinearSoftmax", importSoftmax);
  table.addImport("com.microsoft.QuantizeLinear", importBorder<true>);
  table.addImport("com.microsoft.DequantizeLinear", importBorder<false>);
}
