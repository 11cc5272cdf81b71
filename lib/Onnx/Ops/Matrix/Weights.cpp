//===- Weights.cpp - Matrices as weights, and times numbers ---------------===//
#include "Weights.h"

#include "ConstantData.h"
#include "Ops/Border/Quantization.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace tare;
using namespace tare::onnx;
using namespace tare::onnx::matrix;

namespace {

/// -R, exactly: the complement of every integer is one of its type, that of the zero point included.
void negate(Quantized &value) {
  Tensor complement(value.integers.type());
  const char *bytes = value.integers.as<char>();
  std::transform(bytes, bytes + complement.type().bytes(), complement.mutableAs<char>(), std::bit_not<char>());
  value.integers = complement;
  for (int64_t &zero : value.grid.zeroPoints)
    zero = value.grid.min + value.grid.max - zero;
}

/// The grid of a matrix that is taken out of `outer` dimensions of 1, transposed or not.
qnn::Grid gridOfMatrix(qnn::Grid grid, int64_t outer, bool transpose) {
  if (grid.axis)
    grid.axis = transpose ? 1 - (*grid.axis - outer) : *grid.axis - outer;
  return grid;
}

} // namespace

mlir::Value matrix::swapAxes(Node &node, llvm::StringRef step, mlir::Value value) {
  return value ? node.createStep<qnn::TransposeOp>(step, value, llvm::ArrayRef<int64_t>{1, 0}) : nullptr;
}

Tensor matrix::scaled(const Tensor &tensor, double factor) {
  if (factor == 1)
    return tensor;
  Tensor result(tensor.type());
  const float *in = tensor.as<float>();
  float *out = result.mutableAs<float>();
  for (int64_t i = 0, count = tensor.count(); i < count; ++i)
    out[i] = static_cast<float>(factor * in[i]);
  return result;
}

std::optional<Quantized> matrix::scaled(const GraphValue &value, double factor) {
  Quantized result{value.constant, *value.grid};
  for (double &scale : result.grid.scales)
    scale *= std::abs(factor);
  if (!llvm::all_of(result.grid.scales, isScale))
    return std::nullopt;
  if (factor < 0)
    negate(result);
  return result;
}

mlir::Value matrix::weight(Node &node, unsigned index, bool transpose, double factor) {
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

mlir::Value matrix::rescaled(Node &node, llvm::StringRef step, mlir::Value value, double factor) {
  auto cast = value ? value.getDefiningOp<mlir::quant::DequantizeCastOp>() : nullptr;
  std::optional<qnn::Grid> grid = cast ? qnn::Grid::of(cast.getInput().getType()) : std::nullopt;
  if (!grid || !grid->isPerTensor() || factor <= 0 || !isScale(factor * grid->scale()))
    return nullptr;
  grid->scales = {factor * grid->scale()};
  return dequantizedOn(node, cast.getInput(), *grid, step);
}

mlir::Value matrix::times(Node &node, llvm::StringRef step, mlir::Value value, double factor) {
  if (factor == 1 || !value)
    return value;
  if (mlir::Value integers = rescaled(node, step, value, factor))
    return integers;
  return node.createIntermediate<qnn::MulOp>(step, value, node.scalarConstant((step + ".factor").str(), factor),
                                             nullptr);
}

mlir::Value matrix::operandTimes(Node &node, llvm::StringRef step, unsigned index, double factor) {
  const Tensor *known = factor == 1 || node.dequantized(index) ? nullptr : node.known(index);
  if (known && known->element() == ElementType::f32)
    return node.constant(node.operandName(index), scaled(*known, factor));
  const GraphValue *given = node.dequantized(index);
  if (std::optional<Quantized> integers = given && factor != 1 ? scaled(*given, factor) : std::nullopt)
    return node.dequantizedConstant(node.operandName(index), integers->integers, integers->grid, std::nullopt);
  return times(node, step, node.operand(index), factor);
}
