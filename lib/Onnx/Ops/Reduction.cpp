//===- Reduction.cpp - Sums, norms, greatest and least along axes ---------===//
//
// Written as means, which hardware has: a sum is the mean times the number of its elements. The greatest element is
// that of a pooling whose window is all of them.
//
//===----------------------------------------------------------------------===//
#include "Reduction.h"
#include "Axes.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

std::optional<Reduced> tare::onnx::readReduced(Node &node, mlir::Value input, int64_t operandSince) {
  int64_t rank = dims(input).size();
  std::optional<Integers> axes = readAxes(node, rank, operandSince, 1);
  if (node.failed())
    return std::nullopt;
  Reduced reduced;
  reduced.keeps = node.intAttribute("keepdims", 1) != 0;
  if (axes && !axes->empty())
    reduced.axes = *axes;
  else if (!node.intAttribute("noop_with_empty_axes", 0))
    reduced.axes = axisRange(0, rank);
  llvm::sort(reduced.axes);
  for (int64_t axis : reduced.axes)
    reduced.count *= dims(input)[axis];
  return node.failed() ? std::nullopt : std::optional(reduced);
}

mlir::Value tare::onnx::meanOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced) {
  auto keep = reduced.keeps ? node.builder().getUnitAttr() : mlir::UnitAttr();
  return node.createStep<qnn::ReduceMeanOp>(step, x, node.list(reduced.axes), keep, nullptr);
}

mlir::Value tare::onnx::greatestOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced) {
  if (!x)
    return nullptr;
  // The axes that stay come first.
  Integers order, shape;
  int64_t kept = 1;
  for (int64_t axis : axisRange(0, dims(x).size())) {
    bool isReduced = llvm::is_contained(reduced.axes, axis);
    if (!isReduced) {
      order.push_back(axis);
      kept *= dims(x)[axis];
    }
    if (!isReduced || reduced.keeps)
      shape.push_back(isReduced ? 1 : dims(x)[axis]);
  }
  llvm::append_range(order, reduced.axes);
  std::string name = step.str();
  if (!llvm::is_sorted(order))
    x = node.createStep<qnn::TransposeOp>(name + "/order", x, order);
  x = node.createStep<qnn::ReshapeOp>(name + "/rows", x, Integers{1, kept, 1, reduced.count});
  x = node.createStep<qnn::MaxPoolOp>(name + "/pool", x, node.list({1, reduced.count}), nullptr, nullptr, nullptr);
  return node.createStep<qnn::ReshapeOp>(step, x, shape);
}

static mlir::Value product(Node &node, llvm::StringRef step, mlir::Value a, mlir::Value b) {
  return node.createStep<qnn::MulOp>(step, a, b, nullptr);
}

static mlir::Value sumOf(Node &node, mlir::Value x, const Reduced &reduced) {
  mlir::Value mean = meanOf(node, "mean", x, reduced);
  return product(node, "sum", mean, node.scalarConstant("count", reduced.count));
}

mlir::Value tare::onnx::sumOfSquares(Node &node, mlir::Value x, const Reduced &reduced) {
  return sumOf(node, product(node, "square", x, x), reduced);
}

mlir::Value tare::onnx::sumOfMagnitudes(Node &node, mlir::Value x, const Reduced &reduced) {
  return sumOf(node, node.createStep<qnn::AbsOp>("abs", x), reduced);
}

mlir::Value tare::onnx::logOfSumOfExp(Node &node, mlir::Value x, const Reduced &reduced) {
  return node.createStep<qnn::LogOp>("log", sumOf(node, node.createStep<qnn::ExpOp>("exp", x), reduced));
}

mlir::Value tare::onnx::logSumExp(Node &node, mlir::Value x, const Reduced &reduced) {
  Reduced whole = reduced;
  whole.keeps = true;
  mlir::Value greatest = greatestOf(node, "greatest", x, whole);
  mlir::Value below = node.createStep<qnn::SubOp>("below", x, greatest, nullptr);
  mlir::Value result = node.createStep<qnn::AddOp>("log_sum", logOfSumOfExp(node, below, whole), greatest, nullptr);
  if (reduced.keeps || !result)
    return result;
  Integers shape;
  for (int64_t axis : axisRange(0, dims(x).size()))
    if (!llvm::is_contained(reduced.axes, axis))
      shape.push_back(dims(x)[axis]);
  return node.createStep<qnn::ReshapeOp>("rows", result, shape);
}

namespace {

mlir::Value negative(Node &node, llvm::StringRef step, mlir::Value x) {
  return product(node, step, x, node.scalarConstant(step.str() + "/minus_one", -1));
}

using Formula = mlir::Value (*)(Node &, mlir::Value, const Reduced &);

mlir::Value euclideanNorm(Node &node, mlir::Value x, const Reduced &reduced) {
  return node.createStep<qnn::SqrtOp>("norm", sumOfSquares(node, x, reduced));
}
mlir::Value logOfSum(Node &node, mlir::Value x, const Reduced &reduced) {
  return node.createStep<qnn::LogOp>("log", sumOf(node, x, reduced));
}
mlir::Value greatest(Node &node, mlir::Value x, const Reduced &reduced) {
  return greatestOf(node, "greatest", x, reduced);
}
mlir::Value least(Node &node, mlir::Value x, const Reduced &reduced) {
  return negative(node, "least", greatestOf(node, "greatest", negative(node, "negative", x), reduced));
}

/// The reduction along no axis: of each element alone, of which norms and logarithms make something, too.
template <Formula formula> LogicalResult giveOfSingles(Node &node, mlir::Value x) {
  if constexpr (formula == sumOfMagnitudes || formula == euclideanNorm)
    return node.give(node.create<qnn::AbsOp>(x));
  else if constexpr (formula == sumOfSquares)
    return node.give(node.create<qnn::MulOp>(x, x, nullptr));
  else if constexpr (formula == logOfSum)
    return node.give(node.create<qnn::LogOp>(x));
  else
    return node.forward();
}

/// `operandSince`: the opset since which the axes are an operand.
template <Formula formula, int64_t operandSince> LogicalResult importReduction(Node &node) {
  mlir::Value x = node.operand(0);
  if (!x)
    return failure();
  std::optional<Reduced> reduced = readReduced(node, x, operandSince);
  if (!reduced)
    return failure();
  if (reduced->axes.empty())
    return giveOfSingles<formula>(node, x);
  mlir::Value result = formula(node, x, *reduced);
  if (node.failed())
    return failure();
  // The last step is the node itself.
  result.getDefiningOp()->setLoc(qnn::nameLoc(node.builder().getContext(), node.graphNode().layer, node.resultName(0)));
  return node.give(result);
}

/// Without axes all are reduced, unless noop_with_empty_axes says none.
LogicalResult importReduceMean(Node &node) {
  mlir::Value input = node.operand(0);
  if (!input)
    return failure();
  int64_t rank = dims(input).size();
  std::optional<Integers> axes = readAxes(node, rank, 18, 1);
  if (node.failed())
    return failure();
  if (!axes || axes->empty()) {
    if (rank == 0 || node.intAttribute("noop_with_empty_axes", 0))
      return node.forward();
    axes = axisRange(0, rank);
  }
  llvm::sort(*axes);
  auto keep = node.intAttribute("keepdims", 1) ? node.builder().getUnitAttr() : mlir::UnitAttr();
  return node.give(node.create<qnn::ReduceMeanOp>(input, node.list(*axes), keep, nullptr));
}

/// Sums along an axis up to each element: the product with a triangle of ones.
LogicalResult importCumSum(Node &node) {
  mlir::Value x = node.operand(0);
  std::optional<Integers> given = node.requireIntegers(1, "the axis");
  if (!x || !given)
    return failure();
  if (given->size() != 1)
    return node.error(fmt::format("has {} axes, expected one", given->size()));
  std::optional<int64_t> axis = readAxis(node, given->front(), dims(x).size());
  bool exclusive = node.intAttribute("exclusive", 0) != 0, reverse = node.intAttribute("reverse", 0) != 0;
  if (!axis)
    return failure();
  constexpr int64_t longest = 4096;
  int64_t length = dims(x)[*axis];
  if (length > longest)
    return node.error(fmt::format("sums along {} elements, expected {} at most", length, longest));
  Integers order = axisRange(0, dims(x).size());
  std::swap(order[*axis], order.back());
  Tensor triangle(ElementType::f32, Shape{length, length});
  for (int64_t to = 0; to < length; ++to)
    for (int64_t from = 0; from < length; ++from) {
      bool isBefore = reverse ? from > to : from < to;
      triangle.mutableAs<float>()[to * length + from] = isBefore || (from == to && !exclusive) ? 1.0f : 0.0f;
    }
  mlir::Value last = node.createStep<qnn::TransposeOp>("last", x, order);
  mlir::Value weight = node.constant(node.derivedName("triangle"), triangle);
  mlir::Value sums = node.createStep<qnn::LinearOp>("sums", last, weight, nullptr, nullptr);
  return node.give(node.create<qnn::TransposeOp>(sums, order));
}

} // namespace

void tare::onnx::registerReduction(OpTable &table) {
  table.addImport("ReduceMean", importReduceMean);
  table.addImport("ReduceSum", importReduction<sumOf, 13>);
  table.addImport("ReduceSumSquare", importReduction<sumOfSquares, 18>);
  table.addImport("ReduceL1", importReduction<sumOfMagnitudes, 18>);
  table.addImport("ReduceL2", importReduction<euclideanNorm, 18>);
  table.addImport("ReduceLogSum", importReduction<logOfSum, 18>);
  table.addImport("ReduceLogSumExp", importReduction<logSumExp, 18>);
  table.addImport("ReduceMax", importReduction<greatest, 18>);
  table.addImport("ReduceMin", importReduction<least, 18>);
  table.addImport("CumSum", importCumSum);
}
