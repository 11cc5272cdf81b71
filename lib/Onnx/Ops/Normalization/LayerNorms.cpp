//===- LayerNorms.cpp - Layer, RMS, instance and group norms --------------===//
//
// y = (x - mean) / sqrt(variance + epsilon) * scale + bias, over the axes that differ from norm to norm; the RMS norm
// leaves the mean out. A product and a sum behind the normalization become parts of it where they are along one axis
// (tare-recognize-norms), as those that an exporter writes out itself do.
//
//===----------------------------------------------------------------------===//
#include "Ops/Axes.h"
#include "llvm/ADT/STLExtras.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// (x - mean) / sqrt(variance + epsilon) along axes, or x / sqrt(mean of squares + epsilon).
mlir::Value normalized(Node &node, mlir::Value x, Integers axes, double epsilon, bool keepsMean = false) {
  return node.createStep<qnn::NormalizeOp>("normalized", x, axes, llvm::APFloat(epsilon), keepsMean,
                                           mlir::IntegerAttr(), mlir::DenseF64ArrayAttr(), mlir::DenseF64ArrayAttr(),
                                           qnn::ClampAttr());
}

mlir::Value product(Node &node, llvm::StringRef step, mlir::Value a, mlir::Value b) {
  return node.createStep<qnn::MulOp>(step, a, b, nullptr);
}

/// A constant operand under a shape that broadcasts to what it scales or is added to.
mlir::Value parameter(Node &node, unsigned index, const Shape &shape) {
  mlir::Value value = node.numbers(index);
  if (!value || elementCount(shape) != elementCount(*node.shapeOf(index))) {
    (void)node.error(fmt::format("operand '{}' has the shape {}, expected {}", node.operandName(index).str(),
                                 toString(*node.shapeOf(index)), toString(shape)));
    return nullptr;
  }
  if (*node.shapeOf(index) == shape)
    return value;
  if (const Tensor *known = node.known(index))
    return node.constant(node.derivedName("parameter" + std::to_string(index)), known->reshaped(shape));
  return node.createStep<qnn::ReshapeOp>("parameter" + std::to_string(index), value, llvm::ArrayRef<int64_t>(shape));
}

/// Times the scale of operand 1, plus the bias of operand 2, where there is one: the node's result.
LogicalResult scaleAndShift(Node &node, mlir::Value normalized, mlir::Value scale, mlir::Value bias) {
  if (node.failed())
    return failure();
  if (!bias)
    return node.give(node.create<qnn::MulOp>(normalized, scale, nullptr));
  return node.give(node.create<qnn::AddOp>(product(node, "scaled", normalized, scale), bias, nullptr));
}

bool refuseFurtherResults(Node &node) {
  for (unsigned i = 1; i < node.numResults(); ++i)
    if (node.isUsed(i))
      (void)node.error("its result '" + node.resultName(i) + "' is used, which is computed in float alone");
  return node.failed();
}

/// As wide as the last axes of x: scales broadcast along the first ones.
mlir::Value trailing(Node &node, unsigned index, mlir::Value x, int64_t axis) {
  llvm::ArrayRef<int64_t> tail = dims(x).drop_front(axis);
  Shape whole(tail.begin(), tail.end());
  // A shorter one that broadcasts may stay what it is.
  if (elementCount(*node.shapeOf(index)) != elementCount(whole))
    return node.numbers(index);
  return parameter(node, index, whole);
}

/// Whether an operand, if it is there, has an element for each of the last axes'.
bool takesAll(Node &node, unsigned index, mlir::Value x, int64_t axis) {
  llvm::ArrayRef<int64_t> tail = dims(x).drop_front(axis);
  return !node.hasOperand(index) ||
         (node.shapeOf(index) && elementCount(*node.shapeOf(index)) == elementCount(Shape(tail.begin(), tail.end())));
}

std::optional<int64_t> lastAxes(Node &node, mlir::Value x) {
  return x ? readAxis(node, node.intAttribute("axis", -1), dims(x).size()) : std::nullopt;
}

/// Scaled by operand 1 and shifted by operand 2, which are as wide as the axes from `axis` on.
LogicalResult importTrailing(Node &node, mlir::Value x, int64_t axis, bool keepsMean) {
  Integers whole(dims(x));
  const bool isOneAxis = axis + 1 == int64_t(whole.size()),
             isFull = takesAll(node, 1, x, axis) && takesAll(node, 2, x, axis);
  const double epsilon = node.floatAttribute("epsilon", 1e-5f);
  if (isOneAxis || !isFull) {
    mlir::Value normal = normalized(node, x, axisRange(axis, whole.size()), epsilon, keepsMean);
    mlir::Value bias = node.hasOperand(2) ? trailing(node, 2, x, axis) : nullptr;
    return scaleAndShift(node, normal, trailing(node, 1, x, axis), bias);
  }
  // Several axes with a scale for each of their elements are one.
  Integers rows(whole.begin(), whole.begin() + axis);
  rows.push_back(std::accumulate(whole.begin() + axis, whole.end(), int64_t(1), std::multiplies<>()));
  x = node.createStep<qnn::ReshapeOp>("rows", x, rows);
  mlir::Value y = normalized(node, x, {axis}, epsilon, keepsMean);
  y = product(node, "scaled", y, parameter(node, 1, {rows.back()}));
  if (node.hasOperand(2))
    y = node.createStep<qnn::AddOp>("shifted", y, parameter(node, 2, {rows.back()}), nullptr);
  return node.failed() ? failure() : node.give(node.create<qnn::ReshapeOp>(y, whole));
}

template <bool keepsMean> LogicalResult importLayerNorm(Node &node) {
  mlir::Value x = node.operand(0);
  std::optional<int64_t> axis = lastAxes(node, x);
  if (!axis || refuseFurtherResults(node) || !node.shapeOf(1))
    return failure();
  return importTrailing(node, x, *axis, keepsMean);
}

/// [C, 1, ..]: along axis 1.
Shape perChannel(mlir::Value x) {
  Shape shape(dims(x).size() - 1, 1);
  shape[0] = dims(x)[1];
  return shape;
}

bool hasChannels(Node &node, mlir::Value x) {
  if (x && dims(x).size() < 2)
    (void)node.error("found an input of shape " + toString(*node.shapeOf(0)) + ", expected a channel axis");
  return x && !node.failed() && node.shapeOf(1) && node.shapeOf(2);
}

LogicalResult importInstanceNorm(Node &node) {
  mlir::Value x = node.operand(0);
  if (!hasChannels(node, x))
    return failure();
  Integers axes = axisRange(2, dims(x).size());
  if (axes.empty())
    return node.error("found an input of shape " + toString(*node.shapeOf(0)) + ", expected spatial axes");
  mlir::Value normal = normalized(node, x, axes, node.floatAttribute("epsilon", 1e-5f));
  return scaleAndShift(node, normal, parameter(node, 1, perChannel(x)), parameter(node, 2, perChannel(x)));
}

/// A constant operand with one number for `each` channels, one after the other.
mlir::Value perGroup(Node &node, unsigned index, mlir::Value x, int64_t each) {
  if (each == 1)
    return parameter(node, index, perChannel(x));
  const Tensor *groups = node.requireKnown(index, index == 1 ? "the scale" : "the bias");
  if (!groups || groups->element() != ElementType::f32 || groups->count() * each != dims(x)[1]) {
    (void)node.error("scale and bias must be constants with one number per group");
    return nullptr;
  }
  Tensor channels(ElementType::f32, perChannel(x));
  for (int64_t i = 0; i < channels.count(); ++i)
    channels.mutableAs<float>()[i] = groups->as<float>()[i / each];
  return node.constant(node.derivedName("parameter" + std::to_string(index)), channels);
}

/// Groups of channels are rows. Before opset 21 scale and bias were one number per group.
LogicalResult importGroupNorm(Node &node) {
  mlir::Value x = node.operand(0);
  if (!hasChannels(node, x))
    return failure();
  int64_t groups = node.intAttribute("num_groups", 1), channels = dims(x)[1];
  if (groups < 1 || channels % groups)
    return node.error(
        fmt::format("attribute 'num_groups' is {}, expected a divisor of the {} channels", groups, channels));
  Integers whole(dims(x));
  int64_t elements = std::accumulate(whole.begin() + 1, whole.end(), int64_t(1), std::multiplies<>()) / groups;
  mlir::Value rows = node.createStep<qnn::ReshapeOp>("groups", x, Integers{whole[0], groups, elements});
  if (!rows)
    return failure();
  mlir::Value normal = normalized(node, rows, {2}, node.floatAttribute("epsilon", 1e-5f));
  normal = node.createStep<qnn::ReshapeOp>("channels", normal, whole);
  int64_t each = node.opset() < 21 ? channels / groups : 1;
  return scaleAndShift(node, normal, perGroup(node, 1, x, each), perGroup(node, 2, x, each));
}

/// (x - mean) / sqrt(mean of squares - mean^2), with 1e-9 against division by zero, as ONNX's function has it.
LogicalResult importMeanVarianceNorm(Node &node) {
  mlir::Value x = node.operand(0);
  if (!x)
    return failure();
  Integers axes = node.intsAttribute("axes").value_or(Integers{0, 2, 3});
  for (int64_t &axis : axes) {
    std::optional<int64_t> valid = readAxis(node, axis, dims(x).size());
    if (!valid)
      return failure();
    axis = *valid;
  }
  llvm::sort(axes);
  if (std::adjacent_find(axes.begin(), axes.end()) != axes.end() || axes.empty())
    return node.error("attribute 'axes' names an axis twice, or none");
  constexpr double epsilon = 1e-9;
  return node.give(node.create<qnn::NormalizeOp>(x, axes, llvm::APFloat(epsilon * epsilon), false, mlir::IntegerAttr(),
                                                 mlir::DenseF64ArrayAttr(), mlir::DenseF64ArrayAttr(),
                                                 qnn::ClampAttr()));
}

/// x plus a residual (and a bias), normalized; the sum is result 3.
template <bool takesMean> LogicalResult importSkipNorm(Node &node) {
  mlir::Value x = node.operand(0), skip = node.operand(1);
  unsigned beta = takesMean ? 3 : ~0u, bias = takesMean ? 4 : 3;
  if (node.failed() || !node.shapeOf(2))
    return failure();
  for (unsigned i : {1u, 2u})
    if (node.isUsed(i))
      return node.error("its result '" + node.resultName(i) + "' is used, which is computed in float alone");
  bool keepsSum = node.isUsed(3);
  mlir::Value sum = node.createStep<qnn::AddOp>("sum", x, skip, nullptr);
  if (node.hasOperand(bias))
    sum = node.createStep<qnn::AddOp>("biased", sum, node.operand(bias), nullptr);
  if (node.failed() || (keepsSum && failed(node.give(sum, 3))))
    return failure();
  int64_t last = dims(sum).size() - 1;
  mlir::Value normal = normalized(node, sum, {last}, node.floatAttribute("epsilon", 1e-12f), !takesMean);
  mlir::Value shift = takesMean && node.hasOperand(beta) ? trailing(node, beta, sum, last) : nullptr;
  return scaleAndShift(node, normal, trailing(node, 2, sum, last), shift);
}

} // namespace

void tare::onnx::registerLayerNorms(OpTable &table) {
  table.addImport("LayerNormalization", importLayerNorm<false>);
  table.addImport("RMSNormalization", importLayerNorm<true>);
  table.addImport("SimplifiedLayerNormalization", importLayerNorm<true>);
  table.addImport("com.microsoft.SimplifiedLayerNormalization", importLayerNorm<true>);
  table.addImport("com.microsoft.SkipLayerNormalization", importSkipNorm<true>);
  table.addImport("com.microsoft.SkipSimplifiedLayerNormalization", importSkipNorm<false>);
  table.addImport("InstanceNormalization", importInstanceNorm);
  table.addImport("GroupNormalization", importGroupNorm);
  table.addImport("MeanVarianceNormalization", importMeanVarianceNorm);
}
