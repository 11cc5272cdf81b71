//===- ElementwiseFast.cpp - Add, multiply, rescale, look up --------------===//
#include "../Broadcast.h"
#include "Loops.h"
#include "Prepare.h"
#include "PreparedRequant.h"
#include "tare/Kernels/Tables.h"

#include <array>
#include <cstring>

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
    if (!this->requant->view().perChannel)
      foldRows();
  }

  size_t scratchBytes() const override { return fold > 1 ? row.size * bytes : 0; }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    runRows(operands[0].as<std::byte>(), operands[1].as<std::byte>(), result.as<std::byte>(), scratch, share);
  }

protected:
  void runRows(const std::byte *lhs, const std::byte *rhs, std::byte *y, std::byte *scratch, Share share) const {
    GridShare grid = gridShare(share, loopCount(axes), elementBlocks(row.size));
    Range rows = grid.outer.of(loopCount(axes)), own = grid.inner.of(row.size, elementBlock);
    RequantVector view = requant->view().from(own.first);
    int64_t offsets[2] = {own.first * row.firstStride * bytes, own.first * row.secondStride * bytes};
    const std::byte *folded = nullptr;
    y += (rows.first * row.size + own.first) * bytes;
    forEachLoop(axes, rows, [&](int64_t ia, int64_t ib) {
      const std::byte *starts[2] = {lhs + ia * bytes, rhs + ib * bytes};
      if (fold > 1 && folded != starts[repeated])
        repeat(folded = starts[repeated], scratch);
      if (fold > 1)
        starts[repeated] = scratch;
      std::array<ElementsOperand, 2> operand = constants;
      operand[0].data = starts[0] + offsets[0], operand[0].repeated = row.firstStride == 0;
      operand[1].data = starts[1] + offsets[1], operand[1].repeated = row.secondStride == 0;
      if (bytes == 1)
        row8(operand[0], operand[1], reinterpret_cast<int8_t *>(y), own.size(), view);
      else
        row16(operand[0], operand[1], reinterpret_cast<int16_t *>(y), own.size(), view);
      y += row.size * bytes;
    });
  }

private:
  /// Short rows of which one operand is the same for many: several rows become one, with copies of that operand.
  void foldRows() {
    constexpr int64_t most = 1024;
    if (axes.empty() || row.firstStride != 1 || row.secondStride != 1)
      return;
    LoopAxis &axis = axes.back();
    repeated = axis.firstStride == 0 ? 0 : 1;
    if ((repeated == 0 ? axis.secondStride : axis.firstStride) != row.size ||
        (repeated == 0 ? axis.firstStride : axis.secondStride) != 0)
      return;
    for (int64_t f = 2; f <= axis.size && f * row.size <= most; ++f)
      if (axis.size % f == 0)
        fold = f;
    axis = {axis.size / fold, axis.firstStride * fold, axis.secondStride * fold};
    row.size *= fold;
  }

  void repeat(const std::byte *source, std::byte *copies) const {
    int64_t size = row.size / fold * bytes;
    for (int64_t i = 0; i < fold; ++i)
      std::memcpy(copies + i * size, source, size);
  }

  std::unique_ptr<PreparedRequant> requant;
  RowFunction8 row8;
  RowFunction16 row16;
  std::array<ElementsOperand, 2> constants;
  int64_t bytes;
  std::vector<LoopAxis> axes;
  LoopAxis row = {1, 0, 0};
  /// How many rows are one, and the operand that is repeated for it.
  int64_t fold = 1;
  int repeated = 0;
};

/// Rescaling with an entry per channel or at 16 bits: a product with 1.
class RescaleKernel : public BinaryKernel {
public:
  using BinaryKernel::BinaryKernel;
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    static constexpr int16_t one = 1;
    static constexpr int8_t byteOne = 1;
    const void *factor = result.type.element == ElementType::i8 ? static_cast<const void *>(&byteOne) : &one;
    runRows(operands[0].as<std::byte>(), static_cast<const std::byte *>(factor), result.as<std::byte>(), scratch,
            share);
  }
};

/// What a function of one byte, which `kernel` has for its reference, makes of each: of -128 first.
template <typename T>
void tabulate(const program::OpUnion &op, const OpKernel &kernel, ElementType output, std::array<T, 256> &table) {
  Tensor every(ElementType::i8, {256, 1});
  for (int i = 0; i < 256; ++i)
    every.mutableAs<int8_t>()[i] = int8_t(i - 128);
  ConstTensorView view = every.view();
  kernel.reference(op, {&view, 1}, {{output, every.shape()}, table.data()});
}

/// A function of one byte, as a table.
class TableKernel : public FastKernel {
public:
  TableKernel(const program::OpUnion &op, const OpKernel &kernel, const VectorSet &set) : set(set) {
    tabulate(op, kernel, ElementType::i8, table);
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

/// Rescaling of 8 bits to 16, as a table.
class WideningKernel : public FastKernel {
public:
  WideningKernel(const program::OpUnion &op, const OpKernel &kernel) { tabulate(op, kernel, ElementType::i16, table); }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    Range own = share.of(result.count(), elementBlock);
    const int8_t *x = operands[0].as<int8_t>();
    int16_t *y = result.as<int16_t>();
    for (int64_t i = own.first; i < own.last; ++i)
      y[i] = table[x[i] + 128];
  }

private:
  std::array<int16_t, 256> table;
};

/// Rescaling of 16 bits to 8: at 16 bits, block by block, whose results all fit 8.
class NarrowingKernel : public FastKernel {
public:
  NarrowingKernel(std::unique_ptr<PreparedRequant> requant, RowFunction16 row16, int32_t zeroPoint)
      : requant(std::move(requant)), row16(row16), zeroPoint(zeroPoint) {}
  size_t scratchBytes() const override { return block * sizeof(int16_t); }
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *scratch,
           Share share) const override {
    static constexpr int16_t one = 1;
    Range own = share.of(result.count(), elementBlock);
    auto *wide = reinterpret_cast<int16_t *>(scratch);
    ElementsOperand x = {nullptr, false, double(zeroPoint), 1}, factor = {&one, true, 0, 1};
    for (int64_t first = own.first; first < own.last; first += block) {
      int64_t count = std::min(block, own.last - first);
      x.data = operands[0].as<int16_t>() + first;
      row16(x, factor, wide, count, requant->view());
      for (int64_t i = 0; i < count; ++i)
        result.as<int8_t>()[first + i] = int8_t(wide[i]);
    }
  }

private:
  static constexpr int64_t block = 1024;

  std::unique_ptr<PreparedRequant> requant;
  RowFunction16 row16;
  int32_t zeroPoint;
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

/// To another width; the reference kernel does what has an entry per channel, which no compiler writes.
static std::unique_ptr<FastKernel> prepareWidth(const program::OpUnion &op, std::unique_ptr<PreparedRequant> requant,
                                                ElementType output) {
  if (requant->view().perChannel)
    return nullptr;
  if (output == ElementType::i16)
    return std::make_unique<WideningKernel>(op, *lookup(op.type));
  return std::make_unique<NarrowingKernel>(std::move(requant), vectorSet().mul16,
                                           parameters<program::RescaleT>(op).input_zero_point);
}

std::unique_ptr<FastKernel> prepareRescale(const program::OpUnion &op, std::span<const Operand> operands,
                                           const TensorType &result) {
  const auto &rescale = parameters<program::RescaleT>(op);
  const VectorSet &set = vectorSet();
  auto requant = std::make_unique<PreparedRequant>(*rescale.requant, lastDim(result.shape));
  if (operands[0].type.element != result.element)
    return prepareWidth(op, std::move(requant), result.element);
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
