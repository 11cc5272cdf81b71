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

qnn::Grid swapAxes(qnn::Grid grid) {
  if (grid.axis)
    grid.axis = 1 - *grid.axis;
  return grid;
}

mlir::Value swapAxes(Node &node, llvm::StringRef step, mlir::Value value) {
  return value ? node.createStep<qnn::TransposeOp>(step, value, llvm::ArrayRef<int64_t>{1, 0}) : nullptr;
}

/// Operand 1, a constant matrix, as a weight [N, K].
mlir::Value weight(Node &node, bool transpose) {
  if (!transpose)
    return node.operand(1);
  if (const GraphValue *integers = node.dequantized(1))
    return node.dequantizedConstant(node.operandName(1), transposed(integers->constant, {1, 0}),
                                    swapAxes(*integers->grid), integers->format);
  const Tensor *known = node.known(1);
  if (known && known->element() == ElementType::f32)
    return node.constant(node.operandName(1), transposed(*known, {1, 0}));
  return swapAxes(node, "weight", node.operand(1));
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
    matrix = weight(node, !gemm.transB);
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

LogicalResult importMatMul(Node &node) {
  mlir::Value lhs = node.operand(0);
  std::optional<Shape> right = node.shapeOf(1);
  if (!lhs || !right)
    return failure();
  if (dims(lhs).empty() || right->empty())
    return node.error("operands must have rank 1 or more");
  if (right->size() == 2 && node.isConstant(1))
    return node.give(node.create<qnn::LinearOp>(lhs, weight(node, true), nullptr, nullptr));
  mlir::Value rhs = node.operand(1);
  return rhs ? importProduct(node, lhs, rhs) : failure();
}

} // namespace

void tare::onnx::registerMatrixProducts(OpTable &table) {
  table.addImport("Gemm", importGemm);
  table.addImport("MatMul", importMatMul);
}
