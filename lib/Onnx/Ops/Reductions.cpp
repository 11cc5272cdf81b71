//===- Reductions.cpp - Sums, norms, greatest and least along axes --------===//
//
// Written as means, which hardware has: a sum is the mean times the number of its elements. The greatest element is
// that of a pooling whose window is all of them.
//
//===----------------------------------------------------------------------===//
#include "Axes.h"
#include "Reduced.h"

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
  return reduced;
}

mlir::Value tare::onnx::meanOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced) {
  auto keep = reduced.keeps ? node.builder().getUnitAttr() : mlir::UnitAttr();
  return node.createStep<qnn::ReduceMeanOp>(step, x, node.list(reduced.axes), keep, nullptr);
}

mlir::Value tare::onnx::greatestOf(Node &node, llvm::StringRef step, mlir::Value x, const Reduced &reduced) {
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

mlir::Value tare::onnx::logSumExp(Node &node, mlir::Value x, const Reduced &reduced) {
  Reduced whole = reduced;
  whole.keeps = true;
  mlir::Value greatest = greatestOf(node, "greatest", x, whole);
  mlir::Value below = node.createStep<qnn::SubOp>("below", x, greatest, nullptr);
  mlir::Value sum = sumOf(node, node.createStep<qnn::ExpOp>("exp", below), whole);
  mlir::Value result =
      node.createStep<qnn::AddOp>("log_sum", node.createStep<qnn::LogOp>("log", sum), greatest, nullptr);
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

mlir::Value sumOfSquares(Node &node, mlir::Value x, const Reduced &reduced) {
  return sumOf(node, product(node, "square", x, x), reduced);
}
mlir::Value sumOfMagnitudes(Node &node, mlir::Value x, const Reduced &reduced) {
  return sumOf(node, node.createStep<qnn::AbsOp>("abs", x), reduced);
}
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

/// `operandSince`: the opset since which the axes are an operand.
template <Formula formula, int64_t operandSince> LogicalResult importReduction(Node &node) {
  mlir::Value x = node.operand(0);
  if (!x)
    return failure();
  std::optional<Reduced> reduced = readReduced(node, x, operandSince);
  if (!reduced)
    return failure();
  if (reduced->axes.empty())
    return node.error("reduces no axis; leave it out");
  mlir::Value result = formula(node, x, *reduced);
  if (node.failed())
    return failure();
  // The last step is the node itself.
  result.getDefiningOp()->setLoc(qnn::nameLoc(node.builder().getContext(), node.graphNode().layer, node.resultName(0)));
  return node.give(result);
}

} // namespace

void tare::onnx::registerReductions(OpTable &table) {
  table.addImport("ReduceSum", importReduction<sumOf, 13>);
  table.addImport("ReduceSumSquare", importReduction<sumOfSquares, 18>);
  table.addImport("ReduceL1", importReduction<sumOfMagnitudes, 18>);
  table.addImport("ReduceL2", importReduction<euclideanNorm, 18>);
  table.addImport("ReduceLogSum", importReduction<logOfSum, 18>);
  table.addImport("ReduceLogSumExp", importReduction<logSumExp, 18>);
  table.addImport("ReduceMax", importReduction<greatest, 18>);
  table.addImport("ReduceMin", importReduction<least, 18>);
}
