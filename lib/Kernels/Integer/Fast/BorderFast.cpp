//===- BorderFast.cpp - Quantize, dequantize, rescale ---------------------===//
#include "../Broadcast.h"
#include "BinaryFast.h"
#include "Prepare.h"

#include <algorithm>
#include <array>
#include <limits>

namespace tare::kernels {
namespace {

class QuantizeKernel : public FastKernel {
public:
  QuantizeKernel(const program::QuantizeT &quantize, const VectorSet &set)
      : scale(quantize.scale), zero(quantize.zero_point), narrow(quantize.narrow), set(set) {}
  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    Range own = share.of(result.count(), elementBlock);
    const float *x = operands[0].as<float>() + own.first;
    if (result.type.element == ElementType::i8)
      quantize(set.quantize8, x, result.as<int8_t>() + own.first, own.size());
    else
      quantize(set.quantize16, x, result.as<int16_t>() + own.first, own.size());
  }

private:
  template <typename T>
  void quantize(void (*row)(const float *, T *, int64_t, float, int32_t), const float *x, T *y, int64_t count) const {
    row(x, y, count, scale, zero);
    for (int64_t i = 0; narrow && i < count; ++i)
      y[i] = std::max<T>(y[i], -std::numeric_limits<T>::max());
  }

  float scale;
  int32_t zero;
  bool narrow;
  const VectorSet &set;
};

/// [outer, scales, inner] with a scale per middle index; the last axis is a middle one with inner 1.
class DequantizeKernel : public FastKernel {
public:
  DequantizeKernel(const program::DequantizeT &p, const Shape &shape, const VectorSet &set)
      : scales(p.scales), inner(p.scales.size() == 1 ? elementCount(shape) : stridesOf(shape)[p.axis]),
        zero(p.zero_point), set(set) {}

  bool divides() const override { return true; }
  void run(std::span<const ConstTensorView> operands, const TensorView &result, std::byte *,
           Share share) const override {
    int64_t channels = scales.size(), bytes = sizeOf(operands[0].type.element);
    const auto *x = operands[0].as<std::byte>();
    float *y = result.as<float>();
    // Consecutive elements have consecutive scales, or one.
    bool perElement = inner == 1 && channels > 1;
    int64_t run = perElement ? channels : inner, runs = result.count() / run;
    GridShare grid = gridShare(share, runs, elementBlocks(run));
    Range rows = grid.outer.of(runs), own = grid.inner.of(run, elementBlock);
    for (int64_t i = rows.first; i < rows.last; ++i) {
      const double *scale = perElement ? &scales[own.first] : &scales[i % channels];
      int64_t first = i * run + own.first;
      dequantize(operands[0].type.element, x + first * bytes, y + first, own.size(), scale, perElement);
    }
  }

private:
  void dequantize(ElementType element, const std::byte *x, float *y, int64_t count, const double *scale,
                  bool perElement) const {
    switch (element) {
    case ElementType::i8:
      return set.dequantize8(reinterpret_cast<const int8_t *>(x), y, count, scale, perElement, zero);
    case ElementType::i16:
      return set.dequantize16(reinterpret_cast<const int16_t *>(x), y, count, scale, perElement, zero);
    case ElementType::i32:
      return set.dequantize32(reinterpret_cast<const int32_t *>(x), y, count, scale, perElement, zero);
    default:
      return set.dequantize64(reinterpret_cast<const int64_t *>(x), y, count, scale, perElement, zero);
    }
  }

  std::vector<double> scales;
  int64_t inner;
  int32_t zero;
  const VectorSet &set;
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

} // namespace

std::unique_ptr<FastKernel> prepareQuantize(const program::OpUnion &op, std::span<const Operand>, const TensorType &) {
  return std::make_unique<QuantizeKernel>(parameters<program::QuantizeT>(op), vectorSet());
}

std::unique_ptr<FastKernel> prepareDequantize(const program::OpUnion &op, std::span<const Operand> operands,
                                              const TensorType &) {
  return std::make_unique<DequantizeKernel>(parameters<program::DequantizeT>(op), operands[0].type.shape, vectorSet());
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

} // namespace tare::kernels
