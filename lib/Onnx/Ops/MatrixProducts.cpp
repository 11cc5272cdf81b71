//===- MatrixProducts.cpp - Gemm, MatMul ----------------------------------===//
//
// A product with a constant matrix is qnn.linear, whose weight is [N, K].
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Node.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

Tensor scaled(const Tensor &tensor, double factor) {
  if (factor == 1)
    return tensor;
  Tensor result(tensor.type());
  const float *in = tensor.as<float>();
  float *out = result.mutableAs<float>();
  for (int64_t i = 0, count = tensor.count(); i < count; ++i)
    out[i] = static_cast<float>(factor * in[i]);
  return result;
}

mlir::Value swapAxes(Node &node, llvm::StringRef step, mlir::Value value) {
  return value ? node.createStep<qnn::TransposeOp>(step, value, llvm::ArrayRef<int64_t>{1, 0}) : nullptr;
}

/// A matrix, with nothing but dimensions of 1 before its own.
bool isOneMatrix(llvm::ArrayRef<int64_t> shape) {
  return shape.size() >= 2 && llvm::all_of(shape.drop_back(2), [](int64_t size) { return size == 1; });
}

/// The grid of a matrix that is taken out of `outer` dimensions of 1, transposed or not.
qnn::Grid gridOfMatrix(qnn::Grid grid, int64_t outer, bool transpose) {
  if (grid.axis)
    grid.axis = transpose ? 1 - (*grid.axis - outer) : *grid.axis - outer;
  return grid;
}

/// A constant operand, which is one matrix, as a weight [N, K].
mlir::Value weight(Node &node, unsigned index, bool transpose) {
  std::optional<Shape> shape = node.shapeOf(index);
  if (!shape)
    return nullptr;
  int64_t outer = int64_t(shape->size()) - 2;
  if (outer == 0 && !transpose)
    return node.operand(index);
  Shape matrix(shape->end() - 2, shape->end());
  auto arranged = [&](const Tensor &tensor) {
    return transpose ? transposed(tensor.reshaped(matrix), {1, 0}) : tensor.reshaped(matrix);
  };
  if (const GraphValue *integers = node.dequantized(index))
    return node.dequantizedConstant(node.operandName(index), arranged(integers->constant),
                                    gridOfMatrix(*integers->grid, outer, transpose), integers->format);
  const Tensor *known = node.known(index);
  if (known && known->element() == ElementType::f32)
    return node.constant(node.operandName(index), arranged(*known));
  mlir::Value value = node.operand(index);
  if (value && outer > 0)
    value = node.createStep<qnn::ReshapeOp>("matrix", value, Integers(matrix.begin(), matrix.end()));
  return transpose ? swapAxes(node, "weight", value) : value;
}

mlir::Value times(Node &node, llvm::StringRef step, mlir::Value value, double factor) {
  if (factor == 1 || !value)
    return value;
  return node.createStep<qnn::MulOp>(step, value, node.scalarConstant((step + ".factor").str(), factor), nullptr);
}

//===----------------------------------------------------------------------===//
// Gemm: alpha * A * B + beta * C
//===----------------------------------------------------------------------===//

/// C as a bias [N], where it is the same for each row: shape [], [1], [N], [1, N].
std::optional<Tensor> biasOf(Node &node, int64_t channels, double beta) {
  const Tensor *c = node.known(2);
  if (!c || c->element() != ElementType::f32 || c->shape().size() > 2 || (c->shape().size() == 2 && c->shape()[0] != 1))
    return std::nullopt;
  if (c->count() != channels && c->count() != 1)
    return std::nullopt;
  Shape flat = c->count() == 1 ? Shape{1} : Shape{channels};
  return broadcastTo(scaled(c->reshaped(flat), beta), Shape{channels});
}

/// A dequantized C of shape [N], kept as it is.
bool isDequantizedBias(Node &node, int64_t channels) {
  return node.dequantized(2) && *node.shapeOf(2) == Shape{channels};
}

struct Gemm {
  bool transA, transB;
  double alpha, beta;
};

std::optional<Gemm> readGemm(Node &node) {
  Gemm gemm{node.intAttribute("transA", 0) != 0, node.intAttribute("transB", 0) != 0, node.floatAttribute("alpha", 1),
            node.floatAttribute("beta", 1)};
  for (unsigned index : {0u, 1u}) {
    std::optional<Shape> shape = node.shapeOf(index);
    if (!shape || node.failed())
      return std::nullopt;
    if (shape->size() != 2) {
      (void)node.error(fmt::format("operand '{}' has the shape {}, expected "
                                   "rank 2",
                                   node.operandName(index).str(), toString(*shape)));
      return std::nullopt;
    }
  }
  return gemm;
}

/// beta * C, added to the product that is there already.
mlir::Value addOperand(Node &node, mlir::Value product, double beta) {
  mlir::Value c = times(node, "scaled_c", node.operand(2), beta);
  return c ? node.create<qnn::AddOp>(product, c, nullptr) : nullptr;
}

/// By a constant: alpha and beta go into the weight and the bias where these are
/// plain numbers.
LogicalResult importLinear(Node &node, const Gemm &gemm, mlir::Value input) {
  double alpha = gemm.alpha;
  mlir::Value matrix;
  const Tensor *known = alpha == 1 || node.dequantized(1) ? nullptr : node.known(1);
  if (known && known->element() == ElementType::f32) {
    Tensor elements = gemm.transB ? *known : transposed(*known, {1, 0});
    matrix = node.constant(node.operandName(1), scaled(elements, alpha));
    alpha = 1;
  } else {
    matrix = weight(node, 1, !gemm.transB);
  }
  if (node.failed())
    return failure();
  int64_t channels = dims(matrix)[0];
  mlir::Value bias;
  if (alpha == 1 && node.hasOperand(2)) {
    if (gemm.beta == 1 && isDequantizedBias(node, channels))
      bias = node.operand(2);
    else if (std::optional<Tensor> constant = biasOf(node, channels, gemm.beta))
      bias = node.constant(node.operandName(2), *constant);
  }
  bool isWhole = alpha == 1 && (bias || !node.hasOperand(2));
  if (isWhole)
    return node.give(node.create<qnn::LinearOp>(input, matrix, bias, nullptr));
  mlir::Value product = node.createStep<qnn::LinearOp>("product", input, matrix, bias, nullptr);
  product = times(node, "scaled", product, alpha);
  return node.hasOperand(2) ? node.give(addOperand(node, product, gemm.beta)) : node.give(product);
}

LogicalResult importGemm(Node &node) {
  std::optional<Gemm> gemm = readGemm(node);
  mlir::Value input = node.operand(0);
  if (!gemm || !input)
    return failure();
  if (gemm->transA)
    input = swapAxes(node, "a", input);
  if (node.isConstant(1))
    return importLinear(node, *gemm, input);
  mlir::Value rhs = node.operand(1);
  if (gemm->transB)
    rhs = swapAxes(node, "b", rhs);
  if (gemm->alpha == 1 && !node.hasOperand(2))
    return node.give(node.create<qnn::MatMulOp>(input, rhs, nullptr));
  mlir::Value product = node.createStep<qnn::MatMulOp>("product", input, rhs, nullptr);
  product = times(node, "scaled", product, gemm->alpha);
  return node.hasOperand(2) ? node.give(addOperand(node, product, gemm->beta)) : node.give(product);
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

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

void tare::onnx::registerMatrixProducts(OpTable &table) {
  table.addImport("Gemm", importGemm);
  table.addImport("MatMul", importMatMul);
}
