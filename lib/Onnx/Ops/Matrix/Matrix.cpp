//===- Matrix.cpp - Gemm, MatMul ------------------------------------------===//
//
// A product with a constant matrix is qnn.linear, whose weight is [N, K].
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Node.h"
#include "Ops/Border/Quantization.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

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

/// Integers that mean something, as a constant holds them.
struct Quantized {
  Tensor integers;
  qnn::Grid grid;
};

/// -R, exactly: the complement of every integer is one of its type, that of the zero point included.
void negate(Quantized &value) {
  Tensor complement(value.integers.type());
  const char *bytes = value.integers.as<char>();
  std::transform(bytes, bytes + complement.type().bytes(), complement.mutableAs<char>(), std::bit_not<char>());
  value.integers = complement;
  for (int64_t &zero : value.grid.zeroPoints)
    zero = value.grid.min + value.grid.max - zero;
}

/// `factor` times a dequantized constant: the same integers on other scales; nothing where these are none.
std::optional<Quantized> scaled(const GraphValue &value, double factor) {
  Quantized result{value.constant, *value.grid};
  for (double &scale : result.grid.scales)
    scale *= std::abs(factor);
  if (!llvm::all_of(result.grid.scales, isScale))
    return std::nullopt;
  if (factor < 0)
    negate(result);
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

/// A value times a number: of its integers where it has some, a step on the way otherwise.
mlir::Value times(Node &node, llvm::StringRef step, mlir::Value value, double factor);

/// A constant operand, which is one matrix, as a weight [N, K], times a factor.
mlir::Value weight(Node &node, unsigned index, bool transpose, double factor = 1) {
  std::optional<Shape> shape = node.shapeOf(index);
  if (!shape)
    return nullptr;
  int64_t outer = int64_t(shape->size()) - 2;
  if (outer == 0 && !transpose && factor == 1)
    return node.operand(index);
  Shape matrix(shape->end() - 2, shape->end());
  auto arranged = [&](const Tensor &tensor) {
    return transpose ? transposed(tensor.reshaped(matrix), {1, 0}) : tensor.reshaped(matrix);
  };
  const GraphValue *given = node.dequantized(index);
  if (std::optional<Quantized> integers = given ? scaled(*given, factor) : std::nullopt)
    return node.dequantizedConstant(node.operandName(index), arranged(integers->integers),
                                    gridOfMatrix(integers->grid, outer, transpose),
                                    factor == 1 ? given->format : std::nullopt);
  const Tensor *known = node.known(index);
  if (known && known->element() == ElementType::f32)
    return node.constant(node.operandName(index), arranged(scaled(*known, factor)));
  mlir::Value value = node.operand(index);
  if (value && outer > 0)
    value = node.createStep<qnn::ReshapeOp>("matrix", value, Integers(matrix.begin(), matrix.end()));
  value = times(node, "scaled_weight", value, factor);
  return transpose ? swapAxes(node, "weight", value) : value;
}

/// A value times a number where it is dequantized: its integers mean so much more, or less. Null where they cannot.
mlir::Value rescaled(Node &node, llvm::StringRef step, mlir::Value value, double factor) {
  auto cast = value ? value.getDefiningOp<mlir::quant::DequantizeCastOp>() : nullptr;
  std::optional<qnn::Grid> grid = cast ? qnn::Grid::of(cast.getInput().getType()) : std::nullopt;
  if (!grid || !grid->isPerTensor() || factor <= 0 || !isScale(factor * grid->scale()))
    return nullptr;
  grid->scales = {factor * grid->scale()};
  return dequantizedOn(node, cast.getInput(), *grid, step);
}

mlir::Value times(Node &node, llvm::StringRef step, mlir::Value value, double factor) {
  if (factor == 1 || !value)
    return value;
  if (mlir::Value integers = rescaled(node, step, value, factor))
    return integers;
  return node.createIntermediate<qnn::MulOp>(step, value, node.scalarConstant((step + ".factor").str(), factor),
                                             nullptr);
}

/// An operand times a number.
mlir::Value operandTimes(Node &node, llvm::StringRef step, unsigned index, double factor) {
  const Tensor *known = factor == 1 || node.dequantized(index) ? nullptr : node.known(index);
  if (known && known->element() == ElementType::f32)
    return node.constant(node.operandName(index), scaled(*known, factor));
  const GraphValue *given = node.dequantized(index);
  if (std::optional<Quantized> integers = given && factor != 1 ? scaled(*given, factor) : std::nullopt)
    return node.dequantizedConstant(node.operandName(index), integers->integers, integers->grid, std::nullopt);
  return times(node, step, node.operand(index), factor);
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

/// A dequantized C that is the same for each row, its integers kept, times beta.
mlir::Value dequantizedBias(Node &node, int64_t channels, double beta) {
  const GraphValue *given = node.dequantized(2);
  if (!given || given->constant.shape().size() > 2 || given->constant.count() != channels)
    return nullptr;
  if (given->constant.shape().size() == 2 && given->constant.shape()[0] != 1)
    return nullptr;
  if (beta == 1 && given->constant.shape().size() == 1)
    return node.operand(2);
  std::optional<Quantized> bias = scaled(*given, beta);
  if (!bias)
    return nullptr;
  if (bias->grid.axis)
    bias->grid.axis = 0;
  return node.dequantizedConstant(node.operandName(2), bias->integers.reshaped({channels}), bias->grid,
                                  beta == 1 ? given->format : std::nullopt);
}

/// C times beta, where it can be the bias of a layer; or null.
mlir::Value asBias(Node &node, int64_t channels, double beta) {
  if (mlir::Value integers = dequantizedBias(node, channels, beta))
    return integers;
  std::optional<Tensor> constant = biasOf(node, channels, beta);
  return constant ? node.constant(node.operandName(2), *constant) : nullptr;
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

/// Whether there is anything to add.
bool hasSummand(Node &node, const Gemm &gemm) { return node.hasOperand(2) && gemm.beta != 0; }

/// beta * C, added to the product that is there already.
mlir::Value addOperand(Node &node, mlir::Value product, double beta) {
  mlir::Value c = operandTimes(node, "scaled_c", 2, beta);
  return c ? node.create<qnn::AddOp>(product, c, nullptr) : nullptr;
}

/// By a constant: alpha goes into the weight, beta into the bias.
LogicalResult importLinear(Node &node, const Gemm &gemm, mlir::Value input) {
  mlir::Value matrix = weight(node, 1, !gemm.transB, gemm.alpha);
  if (node.failed())
    return failure();
  bool adds = hasSummand(node, gemm);
  mlir::Value bias = adds ? asBias(node, dims(matrix)[0], gemm.beta) : nullptr;
  if (bias || !adds)
    return node.give(node.create<qnn::LinearOp>(input, matrix, bias, nullptr));
  mlir::Value product = node.createIntermediate<qnn::LinearOp>("product", input, matrix, bias, nullptr);
  return node.give(addOperand(node, product, gemm.beta));
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
  double alpha = gemm->alpha;
  if (mlir::Value scaled = alpha == 1 ? nullptr : rescaled(node, "scaled_b", rhs, alpha)) {
    rhs = scaled;
    alpha = 1;
  }
  if (gemm->transB)
    rhs = swapAxes(node, "b", rhs);
  bool adds = hasSummand(node, *gemm);
  if (alpha == 1 && !adds)
    return node.give(node.create<qnn::MatMulOp>(input, rhs, nullptr));
  mlir::Value product = node.createIntermediate<qnn::MatMulOp>("product", input, rhs, nullptr);
  if (adds)
    return node.give(addOperand(node, times(node, "scaled", product, alpha), gemm->beta));
  return node.give(node.create<qnn::MulOp>(product, node.scalarConstant("alpha", alpha), nullptr));
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

void tare::onnx::registerMatrix(OpTable &table) {
  table.addImport("Gemm", importGemm);
  table.addImport("MatMul", importMatMul);
}
