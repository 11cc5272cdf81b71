//===- DynamicQuantization.cpp - DynamicQuantizeLinear and its readers ----===//
//
// A dynamically quantized product is
//
//   xq, xs, xz = DynamicQuantizeLinear(x)
//   y = Mul(Cast(MatMulInteger(xq, wq, xz, wz)), Mul(xs, ws))
//
// and becomes the float op that it stands for, y = MatMul(x, ws * (wq - wz)), with the weights on the file's grid; x
// and y get static ranges as any other value. Between the two there are no values in the IR: what each node computes is
// followed by its meaning (DynamicValue), so that scales may be multiplied in any order and shared by several products.
// The op is made when something reads the product that is not one more Mul by a scale of the weights. Where the meaning
// is lost, the node that loses it is named.
//
//===----------------------------------------------------------------------===//
#include "DynamicQuantization.h"
#include "ConstantData.h"
#include "Quantization.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;
using Kind = DynamicValue::Kind;

namespace {

/// "'a' and 'b'"
std::string join(llvm::ArrayRef<std::string> names) {
  std::string text;
  for (const std::string &name : names)
    text += (text.empty() ? "'" : " and '") + name + "'";
  return text;
}

LogicalResult importDynamicQuantize(Node &node) {
  if (!node.operand(0))
    return failure();
  std::string source = node.operandName(0).str();
  unsigned index = 0;
  for (Kind kind : {Kind::Integers, Kind::Scale, Kind::ZeroPoint}) {
    DynamicValue value{kind, {source}};
    if (node.isOutput(index))
      return node.error("output '" + node.resultName(index) + "' " + describe(value));
    (void)node.give(std::move(value), index++);
  }
  return mlir::success();
}

//===----------------------------------------------------------------------===//
// Integer products
//===----------------------------------------------------------------------===//

/// The name of what operand `index` holds the dynamic integers of, whose zero point is operand `index` + 2.
std::optional<std::string> sourceOf(Node &node, unsigned index) {
  std::shared_ptr<const DynamicValue> integers = node.dynamic(index), zero = node.dynamic(index + 2);
  if (!integers || integers->kind != Kind::Integers) {
    (void)node.error("operand '" + node.operandName(index) +
                     "' is not the integers of a DynamicQuantizeLinear; export the float or the QDQ form of the model");
    return std::nullopt;
  }
  if (!zero || zero->kind != Kind::ZeroPoint || zero->sources != integers->sources) {
    (void)node.error(fmt::format("operand {} must be the zero point that DynamicQuantizeLinear finds for {}", index + 2,
                                 join(integers->sources)));
    return std::nullopt;
  }
  return integers->sources.front();
}

/// Operand 1, constant integers, and their zero points, operand 3.
LogicalResult readWeight(Node &node, DynamicValue &sums) {
  const Tensor *weight = node.requireKnown(1, "the weight");
  if (!weight)
    return failure();
  if (weight->element() != ElementType::i8 && weight->element() != ElementType::u8)
    return node.error("the weight '" + node.operandName(1) + "' holds " + std::string(nameOf(weight->element())) +
                      ", expected int8 or uint8");
  if (weight->count() == 0)
    return node.error("the weight '" + node.operandName(1) + "' is empty, expected elements");
  sums.weight = *weight;
  sums.zeroPoints = {0};
  if (!node.hasOperand(3))
    return mlir::success();
  const Tensor *zero = node.requireKnown(3, "the zero point");
  if (!zero)
    return failure();
  if (zero->element() != weight->element())
    return node.error("the zero point must be of the integers' type " + std::string(nameOf(weight->element())));
  sums.zeroPoints = toIntegers(*zero);
  return mlir::success();
}

LogicalResult importIntegerProduct(Node &node) {
  std::optional<std::string> left = sourceOf(node, 0);
  if (!left)
    return failure();
  DynamicValue sums{Kind::Sums, {*left}, Tensor(), &node.graphNode()};
  sums.unscaled = {*left};
  if (!node.dynamic(1))
    return failed(readWeight(node, sums)) ? failure() : node.give(std::move(sums));
  if (node.opType() == "ConvInteger")
    return node.error("weight '" + node.operandName(1) + "' must be a constant, found a computed value");
  std::optional<std::string> right = sourceOf(node, 1);
  if (!right)
    return failure();
  sums.sources.push_back(*right);
  sums.unscaled.push_back(*right);
  return node.give(std::move(sums));
}

//===----------------------------------------------------------------------===//
// Scales
//===----------------------------------------------------------------------===//

/// The product of two constants, null for 1; nothing where they do not broadcast.
std::optional<Tensor> product(const Tensor &a, const Tensor &b) {
  if (!a || !b)
    return a ? a : b;
  std::optional<Shape> shape = broadcastShapes(a.shape(), b.shape());
  if (!shape || a.element() != ElementType::f32 || b.element() != ElementType::f32)
    return std::nullopt;
  Tensor result(ElementType::f32, *shape), left = broadcastTo(a, *shape), right = broadcastTo(b, *shape);
  for (int64_t i = 0, count = result.count(); i < count; ++i)
    result.mutableAs<float>()[i] = left.as<float>()[i] * right.as<float>()[i];
  return result;
}

/// The axis of the result along which its channels run, counted from the end; and that of the weight, from the front.
struct ChannelAxes {
  int64_t fromEnd, ofWeight;
};

ChannelAxes channelAxes(const DynamicValue &sums) {
  int64_t rank = sums.weight.shape().size();
  if (sums.product->proto->op_type() == "ConvInteger")
    return {rank - 1, 0};
  return {1, rank - 1};
}

/// Whether the shape has `channels` elements along that axis, and one element along the others.
bool isPerChannel(const Shape &shape, int64_t channels, int64_t fromEnd) {
  int64_t axis = int64_t(shape.size()) - fromEnd;
  if (axis < 0 || shape[axis] != channels)
    return false;
  return llvm::count_if(shape, [](int64_t size) { return size != 1; }) <= (channels == 1 ? 0 : 1);
}

/// The weights' grid: the constant part of the scale is theirs.
std::optional<qnn::Grid> weightGrid(Node &node, const DynamicValue &sums, const Tensor &factor) {
  auto [fromEnd, axis] = channelAxes(sums);
  int64_t channels = sums.weight.shape().empty() ? 1 : sums.weight.shape()[axis];
  std::vector<double> scales = factor ? toDoubles(factor) : std::vector<double>{1.0};
  if (scales.size() != 1 && !isPerChannel(factor.shape(), channels, fromEnd)) {
    (void)node.error(
        fmt::format("the weights have scales of shape {}, expected one, or one for each of {} output channels",
                    toString(factor.shape()), channels));
    return std::nullopt;
  }
  if (sums.zeroPoints.size() != 1 && int64_t(sums.zeroPoints.size()) != channels) {
    (void)node.error(fmt::format("the weights have {} zero points, expected one, or one for each of {} output channels",
                                 sums.zeroPoints.size(), channels));
    return std::nullopt;
  }
  if (failed(checkScales(node, scales)))
    return std::nullopt;
  bool perChannel = scales.size() != 1 || sums.zeroPoints.size() != 1;
  if (perChannel && scales.size() == 1)
    scales.assign(channels, scales[0]);
  qnn::Grid grid = wholeRange(sums.weight.element(), scales);
  for (size_t i = 0; i < scales.size(); ++i)
    grid.zeroPoints[i] = sums.zeroPoints[sums.zeroPoints.size() == 1 ? 0 : i];
  if (perChannel)
    grid.axis = axis;
  return grid;
}

/// How many axes the product of the sums has.
int64_t productRank(Node &node, const DynamicValue &sums) {
  int64_t left = node.rankOf(sums.sources.front());
  if (!sums.weight)
    return std::max(left, node.rankOf(sums.sources.back()));
  int64_t right = sums.weight.shape().size();
  return left == 1 ? right - 1 : std::max(left, right);
}

/// Whether the weights' grid can take one more factor.
bool takesFactor(Node &node, const DynamicValue &sums, const Tensor &factor) {
  int64_t rank = factor.shape().size();
  if (!sums.weight || factor.element() != ElementType::f32 || rank > productRank(node, sums) ||
      !llvm::all_of(toDoubles(factor), isScale))
    return false;
  auto [fromEnd, axis] = channelAxes(sums);
  int64_t channels = sums.weight.shape().empty() ? 1 : sums.weight.shape()[axis];
  return factor.count() == 1 || isPerChannel(factor.shape(), channels, fromEnd);
}

/// Sums times scales.
LogicalResult scaleSums(Node &node, DynamicValue sums, const DynamicValue &scale) {
  for (const std::string &source : scale.sources) {
    auto found = llvm::find(sums.unscaled, source);
    if (found == sums.unscaled.end())
      return node.error("multiplies the sums of " + join(sums.sources) + " by the scale of " + join(scale.sources) +
                        ", expected that of " + join(sums.sources));
    sums.unscaled.erase(found);
  }
  sums.scaledBy = &node.graphNode();
  return node.give(std::move(sums));
}

/// Scale * scale, or sums * scale.
LogicalResult multiplyBoth(Node &node, const DynamicValue &a, const DynamicValue &b) {
  std::optional<Tensor> factor = product(a.factor, b.factor);
  if (!factor)
    return node.error("its constant factors do not broadcast");
  DynamicValue result = a.kind == Kind::Sums ? a : b;
  result.factor = *factor;
  const DynamicValue &scale = a.kind == Kind::Sums ? b : a;
  if (result.kind == Kind::Sums)
    return scaleSums(node, std::move(result), scale);
  llvm::append_range(result.sources, scale.sources);
  return node.give(std::move(result));
}

/// By a constant; nothing where the product is made, and its result multiplied.
std::optional<LogicalResult> multiplyByConstant(Node &node, const DynamicValue &value, const Tensor &constant) {
  std::optional<Tensor> factor = product(value.factor, constant);
  if (value.isProduct() && !(factor && takesFactor(node, value, *factor)))
    return std::nullopt;
  if (!factor)
    return node.error("its constant factors do not broadcast");
  DynamicValue scaled = value;
  scaled.factor = *factor;
  if (value.isProduct())
    scaled.scaledBy = &node.graphNode();
  return node.give(std::move(scaled));
}

bool isMultiplied(const DynamicValue &value) { return value.kind == Kind::Scale || value.kind == Kind::Sums; }

} // namespace

LogicalResult tare::onnx::importProduct(Node &node, const DynamicValue &sums) {
  const proto::NodeProto &integer = *sums.product->proto;
  proto::NodeProto op = integer;
  op.set_op_type(integer.op_type() == "ConvInteger" ? "Conv" : "MatMul");
  op.clear_input();
  op.clear_output();
  for (const std::string &source : sums.sources)
    op.add_input(source);
  bool scales = !sums.weight && sums.factor;
  std::string result = node.resultName(0).str(), product = scales ? node.derivedName("product") : result;
  op.add_output(product);
  if (sums.weight) {
    std::optional<qnn::Grid> grid = weightGrid(node, sums, sums.factor);
    if (!grid)
      return failure();
    std::string name = node.derivedName(integer.input(1), result);
    node.define(name, GraphValue{sums.weight, *grid, nullptr});
    op.add_input(name);
  }
  node.noteDynamic(sums.sources);
  if (failed(node.importInstead(GraphNode{&op, sums.product->layer})))
    return failure();
  if (scales) {
    mlir::Value sum = node.valueNamed(product);
    if (auto computed = sum.getDefiningOp<qnn::MatMulOp>())
      computed->setAttr(qnn::intermediateAttrName, node.builder().getUnitAttr());
    return node.give(node.create<qnn::MulOp>(sum, node.constant(node.derivedName("factor"), sums.factor), nullptr));
  }
  if (sums.factor && int64_t(sums.factor.shape().size()) > node.rankOf(result))
    return node.error(
        fmt::format("multiplies by a scale of shape {}, which adds axes to the product, expected none of them",
                    toString(sums.factor.shape())));
  return mlir::success();
}

std::optional<LogicalResult> tare::onnx::multiplyDynamic(Node &node) {
  std::shared_ptr<const DynamicValue> a = node.dynamic(0), b = node.dynamic(1);
  if (!a && !b)
    return std::nullopt;
  if (a && b && isMultiplied(*a) && isMultiplied(*b) && (a->kind == Kind::Scale || b->kind == Kind::Scale))
    return multiplyBoth(node, *a, *b);
  unsigned index = a ? 0 : 1;
  const Tensor *constant = node.known(1 - index);
  const DynamicValue &value = a ? *a : *b;
  if (constant && isMultiplied(value))
    return multiplyByConstant(node, value, *constant);
  // Of a product the float op; of anything else an error that says what it is.
  return std::nullopt;
}

std::string tare::onnx::describe(const DynamicValue &value) {
  static constexpr const char *what[] = {"holds the integers", "is the scale", "is the zero point",
                                         "holds integer sums of the products"};
  return fmt::format(
      "{} of {}, quantized dynamically by a range that is found when the graph runs; the hardware's are "
      "static, so it can only be read on the way of DynamicQuantizeLinear -> MatMulInteger or ConvInteger "
      "-> Cast -> Mul by the scales; export the float or the QDQ form of the model",
      what[int(value.kind)], join(value.sources));
}

void tare::onnx::registerDynamicQuantization(OpTable &table) {
  table.addImport("DynamicQuantizeLinear", importDynamicQuantize);
  table.addImport("MatMulInteger", importIntegerProduct);
  table.addImport("ConvInteger", importIntegerProduct);
}
