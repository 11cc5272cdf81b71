//===- ElementwiseFast.cpp - Add, multiply, rescale, look up --------------===//
#include "../Broadcast.h"
#include "../Interpolation.h"
#include "Loops.h"
#include "Prepare.h"
#include "PreparedRequant.h"

#include <array>

namespace tare::kernels {
namespace {

using RowFunction8 = void (*)(ElementsOperand, ElementsOperand, int8_t *, int64_t, const RequantVector &);
using RowFunction16 = void (*)(ElementsOperand, ElementsOperand, int16_t *, int64_t, const RequantVector &);

/// A broadcasting operator of two operands: rows in which each operand is consecutive or one repeated element.
class BinaryKernel : public FastKernel {
public:
  /// `channels` is the size of the last axis where the requantization has an entry per channel, else 1.
  BinaryKernel(std::unique_ptr<PreparedRequant> requant, RowFunction8 row8, RowFunction16 row16,
               std::array<ElementsOperand, 2> constants, const Shape &lhs, const Shape &rhs, const TensorType &result)
      : requant(std::move(requant)), row8(row8), row16(row16), constants(constants), bytes(sizeOf(result.element)) {
    std::vector<int64_t> a = broadcastStrides(lhs, result.shape), b = broadcastStrides(rhs, result.shape);
    for (size_t d = 0; d < result.shape.size(); ++d)
      axes.push_back({result.shape[d], a[d], b[d]});
    axes = mergedLoops(axes, this->requant->view().perChannel ? 1 : 0);
    if (!axes.empty()) {
      row = axes.back();
      axes.pop_back();
    }
  }

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    runRows(operands[0].as<std::byte>(), operands[1].as<std::byte>(), result.as<std::byte>(), share);
  }

protected:
  void runRows(const std::byte *lhs, const std::byte *rhs, std::byte *y, Share share) const {
    GridShare grid = gridShare(share, loopCount(axes), elementBlocks(row.size));
    Range rows = grid.outer.of(loopCount(axes)), own = grid.inner.of(row.size, elementBlock);
    RequantVector view = requant->view().from(own.first);
    lhs += own.first * row.firstStride * bytes, rhs += own.first * row.secondStride * bytes;
    y += (rows.first * row.size + own.first) * bytes;
    forEachLoop(axes, rows, [&](int64_t ia, int64_t ib) {
      std::array<ElementsOperand, 2> operand = constants;
      operand[0].data = lhs + ia * bytes, operand[0].repeated = row.firstStride == 0;
      operand[1].data = rhs + ib * bytes, operand[1].repeated = row.secondStride == 0;
      if (bytes == 1)
        row8(operand[0], operand[1], reinterpret_cast<int8_t *>(y), own.size(), view);
      else
        row16(operand[0], operand[1], reinterpret_cast<int16_t *>(y), own.size(), view);
      y += row.size * bytes;
    });
  }

private:
  std::unique_ptr<PreparedRequant> requant;
  RowFunction8 row8;
  RowFunction16 row16;
  std::array<ElementsOperand, 2> constants;
  int64_t bytes;
  std::vector<LoopAxis> axes;
  LoopAxis row = {1, 0, 0};
};

/// Rescaling with an entry per channel or at 16 bits: a product with 1.
class RescaleKernel : public BinaryKernel {
public:
  using BinaryKernel::BinaryKernel;
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    static constexpr int16_t one = 1;
    static constexpr int8_t byteOne = 1;
    const void *factor = result.type.element == ElementType::i8 ? static_cast<const void *>(&byteOne) : &one;
    runRows(operands[0].as<std::byte>(), static_cast<const std::byte *>(factor), result.as<std::byte>(), share);
  }
};

/// A function of one byte, as a table.
class TableKernel : public FastKernel {
public:
  TableKernel(const program::OpUnion &op, const OpKernel &kernel, const VectorSet &set) : set(set) {
    Tensor every(ElementType::i8, {256, 1});
    for (int i = 0; i < 256; ++i)
      every.mutableAs<int8_t>()[i] = int8_t(i - 128);
    ConstTensorView view = every.view();
    kernel.reference(op, {&view, 1}, {every.type(), table.data()});
  }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    Range own = share.of(result.count(), elementBlock);
    set.lookup8(operands[0].as<int8_t>() + own.first, table.data(), result.as<int8_t>() + own.first, own.size());
  }

private:
  const VectorSet &set;
  std::array<int8_t, 256> table;
};

/// Tables of 8-bit inputs; one table, or one per channel.
class LookupKernel : public FastKernel {
public:
  LookupKernel(int64_t tables, const VectorSet &set) : tables(tables), set(set) {}
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    const int8_t *x = operands[0].as<int8_t>(), *table = operands[1].as<int8_t>();
    int8_t *y = result.as<int8_t>();
    Range own = share.of(result.count(), tables == 1 ? elementBlock : tables);
    if (tables == 1)
      return set.lookup8(x + own.first, table, y + own.first, own.size());
    for (int64_t pixel = own.first; pixel < own.last; pixel += tables)
      for (int64_t c = 0; c < tables; ++c)
        y[pixel + c] = table[c * exactTableSize + x[pixel + c] + 128];
  }

private:
  int64_t tables;
  const VectorSet &set;
};

class InterpolatedLookupKernel : public FastKernel {
public:
  explicit InterpolatedLookupKernel(int64_t tables) : tables(tables) {}
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    const int16_t *x = operands[0].as<int16_t>(), *table = operands[1].as<int16_t>();
    int16_t *y = result.as<int16_t>();
    Range own = share.of(result.count(), tables);
    for (int64_t pixel = own.first; pixel < own.last; pixel += tables)
      for (int64_t c = 0; c < tables; ++c)
        y[pixel + c] = int16_t(interpolate(table + c * interpolatedTableSize, int64_t(x[pixel + c]) + 32768));
  }

private:
  int64_t tables;
};

int64_t lastDim(const Shape &shape) { return shape.empty() ? 1 : shape.back(); }

} // namespace

std::unique_ptr<FastKernel> prepareAdd(const program::OpUnion &op, std::span<const Operand> operands,
                                       const TensorType &result) {
  const auto &add = parameters<program::AddT>(op);
  const VectorSet &set = vectorSet();
  std::array<ElementsOperand, 2> constants = {
      {{nullptr, false, double(add.lhs_zero_point), double(add.lhs_multiplier)},
       {nullptr, false, double(add.rhs_zero_point), double(add.rhs_multiplier)}}};
  return std::make_unique<BinaryKernel>(std::make_unique<PreparedRequant>(add), set.add8, set.add16, constants,
                                        operands[0].type.shape, operands[1].type.shape, result);
}

std::unique_ptr<FastKernel> prepareMul(const program::OpUnion &op, std::span<const Operand> operands,
                                       const TensorType &result) {
  const auto &mul = parameters<program::MulT>(op);
  const VectorSet &set = vectorSet();
  std::array<ElementsOperand, 2> constants = {
      {{nullptr, false, double(mul.lhs_zero_point), 1}, {nullptr, false, double(mul.rhs_zero_point), 1}}};
  return std::make_unique<BinaryKernel>(std::make_unique<PreparedRequant>(*mul.requant, lastDim(result.shape)),
                                        set.mul8, set.mul16, constants, operands[0].type.shape, operands[1].type.shape,
                                        result);
}

std::unique_ptr<FastKernel> prepareRescale(const program::OpUnion &op, std::span<const Operand>,
                                           const TensorType &result) {
  const auto &rescale = parameters<program::RescaleT>(op);
  const VectorSet &set = vectorSet();
  auto requant = std::make_unique<PreparedRequant>(*rescale.requant, lastDim(result.shape));
  if (result.element == ElementType::i8 && !requant->view().perChannel)
    return std::make_unique<TableKernel>(op, *lookup(op.type), set);
  std::array<ElementsOperand, 2> constants = {
      {{nullptr, false, double(rescale.input_zero_point), 1}, {nullptr, true, 0, 1}}};
  return std::make_unique<RescaleKernel>(std::move(requant), set.mul8, set.mul16, constants, result.shape, Shape{},
                                         result);
}

std::unique_ptr<FastKernel> prepareLookup(const program::OpUnion &, std::span<const Operand> operands,
                                          const TensorType &result) {
  const Shape &table = operands[1].type.shape;
  int64_t tables = table.size() == 2 ? table[0] : 1;
  if (result.element == ElementType::i16)
    return std::make_unique<InterpolatedLookupKernel>(tables);
  return std::make_unique<LookupKernel>(tables, vectorSet());
}

} // namespace tare::kernels
