//===- Gemm.cpp - Gemm: alpha * A * B + beta * C --------------------------===//
#include "ConstantData.h"
#include "Weights.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::matrix;
using mlir::failure;
using mlir::LogicalResult;

namespace {

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

} // namespace

void tare::onnx::registerGemm(OpTable &table) { table.addImport("Gemm", importGemm); }
