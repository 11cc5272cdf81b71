//===- Matrix.cpp - MatMul ------------------------------------------------===//
//
// A product with a constant matrix is qnn.linear, whose weight is [N, K].
//
//===----------------------------------------------------------------------===//
#include "Weights.h"

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::matrix;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// A matrix, with nothing but dimensions of 1 before its own.
bool isOneMatrix(llvm::ArrayRef<int64_t> shape) {
  return shape.size() >= 2 && llvm::all_of(shape.drop_back(2), [](int64_t size) { return size == 1; });
}

/// A vector as a matrix of one column or row.
mlir::Value asMatrix(Node &node, llvm::StringRef step, mlir::Value vector, bool column) {
  int64_t size = dims(vector)[0];
  Integers shape = column ? Integers{size, 1} : Integers{1, size};
  return node.createStep<qnn::ReshapeOp>(step, vector, shape);
}

/// The product of two activations; vectors become matrices for it.
LogicalResult importProduct(Node &node, mlir::Value lhs, mlir::Value rhs) {
  bool row = dims(lhs).size() == 1, column = dims(rhs).size() == 1;
  if (!row && !column)
    return node.give(node.create<qnn::MatMulOp>(lhs, rhs, nullptr));
  if (row)
    lhs = asMatrix(node, "row", lhs, false);
  if (column)
    rhs = asMatrix(node, "column", rhs, true);
  mlir::Value product = node.createStep<qnn::MatMulOp>("product", lhs, rhs, nullptr);
  if (node.failed())
    return failure();
  Integers shape(dims(product));
  if (column)
    shape.pop_back();
  if (row)
    shape.erase(shape.end() - (column ? 1 : 2));
  return node.give(node.create<qnn::ReshapeOp>(product, shape));
}

/// Result 0 is `product` behind `outer` more dimensions of 1.
LogicalResult giveBehind(Node &node, size_t outer, mlir::Value product) {
  if (!product)
    return failure();
  Integers shape(outer, 1);
  llvm::append_range(shape, dims(product));
  return node.give(node.create<qnn::ReshapeOp>(product, shape));
}

/// How many dimensions of 1 a matrix of rank `matrix` adds to its product with an operand of rank `other`.
size_t outerDimensions(size_t matrix, size_t other) {
  size_t own = std::max<size_t>(other, 2);
  return matrix > own ? matrix - own : 0;
}

/// By one constant matrix from the right: a linear layer.
LogicalResult importRightMatrix(Node &node, mlir::Value lhs, size_t matrixRank) {
  mlir::Value matrix = weight(node, 1, true);
  if (size_t outer = outerDimensions(matrixRank, dims(lhs).size()))
    return giveBehind(node, outer, node.createStep<qnn::LinearOp>("product", lhs, matrix, nullptr, nullptr));
  return node.give(node.create<qnn::LinearOp>(lhs, matrix, nullptr, nullptr));
}

/// Whether operand 0 is one matrix of integers with a scale per row: no activation has that, but the weight of a linear
/// layer.
bool hasScalePerRow(Node &node) {
  const GraphValue *integers = node.dequantized(0);
  if (!integers || !integers->grid->axis)
    return false;
  const Shape &shape = integers->constant.shape();
  return isOneMatrix(shape) && *integers->grid->axis == int64_t(shape.size()) - 2;
}

/// By such a matrix from the left: a linear layer of the other's columns.
LogicalResult importLeftMatrix(Node &node, mlir::Value rhs) {
  size_t matrixRank = node.shapeOf(0)->size(), rank = dims(rhs).size();
  mlir::Value matrix = weight(node, 0, false);
  size_t outer = outerDimensions(matrixRank, rank);
  if (rank == 1) {
    if (outer)
      return giveBehind(node, outer, node.createStep<qnn::LinearOp>("product", rhs, matrix, nullptr, nullptr));
    return node.give(node.create<qnn::LinearOp>(rhs, matrix, nullptr, nullptr));
  }
  Integers swapped = axisRange(0, rank);
  std::swap(swapped[rank - 1], swapped[rank - 2]);
  mlir::Value columns = node.createStep<qnn::TransposeOp>("columns", rhs, swapped);
  mlir::Value product = node.createStep<qnn::LinearOp>("product", columns, matrix, nullptr, nullptr);
  if (outer)
    return giveBehind(node, outer, node.createStep<qnn::TransposeOp>("rows", product, swapped));
  return node.give(node.create<qnn::TransposeOp>(product, swapped));
}

LogicalResult importMatMul(Node &node) {
  std::optional<Shape> left = node.shapeOf(0), right = node.shapeOf(1);
  if (!left || !right)
    return failure();
  if (left->empty() || right->empty())
    return node.error("operands must have rank 1 or more");
  if (!node.isConstant(1) && hasScalePerRow(node)) {
    mlir::Value rhs = node.operand(1);
    return rhs ? importLeftMatrix(node, rhs) : failure();
  }
  mlir::Value lhs = node.operand(0);
  if (!lhs)
    return failure();
  if (isOneMatrix(*right) && node.isConstant(1))
    return importRightMatrix(node, lhs, right->size());
  mlir::Value rhs = node.operand(1);
  return rhs ? importProduct(node, lhs, rhs) : failure();
}

} // namespace

void tare::onnx::registerMatrix(OpTable &table) { table.addImport("MatMul", importMatMul); }
