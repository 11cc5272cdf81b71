//===- MatrixFast.cpp - Matrix products by panels -------------------------===//
#include "../Accumulator.h"
#include "../Broadcast.h"
#include "Convolution/ConvEngine.h"
#include "Panels.h"
#include "Prepare.h"
#include "PreparedRequant.h"

#include <cstring>
#include <optional>

namespace tare::kernels {
namespace {

/// Rows that are converted at a time: they stay in the second-level cache.
int64_t rowsAtOnce(int64_t rowBytes, int64_t rows) { return std::clamp<int64_t>(64 * 1024 / rowBytes, 1, rows); }

/// What a Gemm may read beyond the last element.
constexpr int64_t slack = 64;

class LinearKernel : public FastKernel {
public:
  LinearKernel(const program::LinearT &linear, std::span<const Operand> operands, const TensorType &result,
               const VectorSet &set)
      : set(set), wide(operands[0].type.element == ElementType::i16), inputs(operands[1].type.shape[1]),
        outputs(operands[1].type.shape[0]), rows(operands[0].type.count() / inputs),
        gemm(gemmOf(set, wide, rows, inputs)), resultBytes(sizeOf(result.element)),
        panels(gemm, wide, {{0, inputs, 0}}, outputs) {
    panels.packOwn({outputs, operands[1].constant, false, inputs, 1, operands[2].constant});
    if (linear.requant)
      requant.emplace(*linear.requant, outputs);
    atOnce = rowsAtOnce(rowBytes(), rows);
  }

  size_t scratchBytes() const override { return splits() ? 2 * planeBytes() : atOnce * rowBytes() + slack; }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    GridShare grid = gridShare(share, rows, panels.count());
    Range own = grid.outer.of(rows), columns = grid.inner.of(panels.count());
    for (int64_t first = own.first; first < own.last; first += atOnce) {
      int64_t count = std::min(atOnce, own.last - first);
      convert(operands[0], first * inputs, count * inputs, scratch);
      panels.run({scratch, 1, 0, count, splits() ? planeBytes() : rowBytes(),
                  result.as<std::byte>() + first * outputs * resultBytes, resultBytes, 0, outputs,
                  requant ? &requant->view() : nullptr},
                 columns);
    }
  }

private:
  static const Gemm &gemmOf(const VectorSet &set, bool wide, int64_t rows, int64_t inputs) {
    // Of more products the sums of a row in bytes might not fit 32 bits.
    constexpr int64_t mostSplitInputs = 1 << 16;
    if (rows == 1 && wide && (!set.wideRowGemm.bytes || inputs <= mostSplitInputs))
      return set.wideRowGemm;
    if (rows == 1 && !wide)
      return set.rowGemm;
    return wide ? set.wideGemm : set.gemm;
  }
  /// Whether the only row's high bytes lie in front of its low ones; each plane has what the Gemm may read behind it.
  bool splits() const { return wide && gemm.bytes; }
  int64_t planeBytes() const { return (inputs + 2 * slack - 1) / slack * slack; }
  int64_t rowBytes() const { return inputs * panels.activationBytes(); }

  void convert(const ConstTensorView &x, int64_t first, int64_t count, std::byte *target) const {
    if (splits())
      set.splitWords(x.as<int16_t>(), reinterpret_cast<uint8_t *>(target),
                     reinterpret_cast<uint8_t *>(target) + planeBytes(), inputs);
    else if (wide)
      std::memcpy(target, x.as<int16_t>() + first, count * sizeof(int16_t));
    else if (gemm.bytes)
      set.toBiasedBytes(x.as<int8_t>() + first, reinterpret_cast<uint8_t *>(target), count);
    else
      set.toWords(x.as<int8_t>() + first, reinterpret_cast<int16_t *>(target), count);
  }

  const VectorSet &set;
  bool wide;
  int64_t inputs, outputs, rows;
  const Gemm &gemm;
  int64_t resultBytes, atOnce;
  Panels panels;
  std::optional<PreparedRequant> requant;
};

/// Both operands minus their zero points fit 16 bits at i8: 16-bit products,
/// the right operand packed while running.
class MatMulKernel : public FastKernel {
public:
  MatMulKernel(const program::MatMulT &matmul, std::span<const Operand> operands, const TensorType &result,
               const VectorSet &set)
      : lhsZero(matmul.lhs_zero_point), rhsZero(matmul.rhs_zero_point), rows(result.shape[result.shape.size() - 2]),
        inner(operands[0].type.shape.back()), columns(result.shape.back()), resultBytes(sizeOf(result.element)),
        panels(set.gemm16, false, {{0, inner, 0}}, columns) {
    if (matmul.requant)
      requant.emplace(*matmul.requant, columns);
    auto leading = [](const Shape &shape) { return Shape(shape.begin(), shape.end() - 2); };
    forEachBroadcast(leading(operands[0].type.shape), leading(operands[1].type.shape), leading(result.shape),
                     [&](int64_t, int64_t a, int64_t b) { pairs.emplace_back(a, b); });
  }

  size_t scratchBytes() const override { return biasOffset() + panels.biasBytes(); }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    GridShare grid = gridShare(share, pairs.size(), panels.count());
    Range matrices = grid.outer.of(pairs.size()), columns = grid.inner.of(panels.count());
    for (int64_t matrix = matrices.first; matrix < matrices.last; ++matrix)
      runMatrix(operands[0].as<int8_t>() + pairs[matrix].first * rows * inner,
                operands[1].as<int8_t>() + pairs[matrix].second * inner * this->columns,
                result.as<std::byte>() + matrix * rows * this->columns * resultBytes, scratch, columns);
  }

private:
  static size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }
  size_t rhsOffset() const { return aligned(rows * inner * sizeof(int16_t) + slack); }
  size_t weightOffset() const { return rhsOffset() + aligned(inner * columns * sizeof(int16_t)); }
  size_t biasOffset() const { return weightOffset() + aligned(panels.weightBytes()); }

  static void centre(const int8_t *x, int32_t zero, int64_t count, int16_t *y) {
    for (int64_t i = 0; i < count; ++i)
      y[i] = int16_t(x[i] - zero);
  }

  void runMatrix(const int8_t *a, const int8_t *b, std::byte *result, std::byte *scratch, Range own) const {
    auto *left = reinterpret_cast<int16_t *>(scratch), *right = reinterpret_cast<int16_t *>(scratch + rhsOffset());
    centre(a, lhsZero, rows * inner, left);
    centre(b, rhsZero, inner * columns, right);
    panels.pack({columns, right, true, 1, columns, nullptr}, own, scratch + weightOffset(), scratch + biasOffset());
    panels.run({scratch, 1, 0, rows, int64_t(inner * sizeof(int16_t)), result, resultBytes, 0, columns,
                requant ? &requant->view() : nullptr},
               own, scratch + weightOffset(), scratch + biasOffset());
  }

  int32_t lhsZero, rhsZero;
  /// The left and the right matrix of each result.
  std::vector<std::pair<int64_t, int64_t>> pairs;
  int64_t rows, inner, columns, resultBytes;
  Panels panels;
  std::optional<PreparedRequant> requant;
};

} // namespace

std::unique_ptr<FastKernel> prepareLinear(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  const auto &linear = parameters<program::LinearT>(op);
  if (!operands[1].constant || !operands[2].constant)
    return nullptr;
  const Shape &weights = operands[1].type.shape;
  std::span<const int64_t> bias(static_cast<const int64_t *>(operands[2].constant), weights[0]);
  if (operands[0].type.element == ElementType::i16 && !wideSumsAreExact(bias, weights[1]))
    return nullptr;
  return std::make_unique<LinearKernel>(linear, operands, result, vectorSet());
}

std::unique_ptr<FastKernel> prepareMatMul(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result) {
  if (operands[0].type.element != ElementType::i8)
    return nullptr;
  return std::make_unique<MatMulKernel>(parameters<program::MatMulT>(op), operands, result, vectorSet());
}

} // namespace tare::kernels
