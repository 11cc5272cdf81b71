//===- BoundaryFast.cpp - Quantize and dequantize -------------------------===//
#include "../Broadcast.h"
#include "Loops.h"
#include "Prepare.h"
#include "Vector.h"

#include <algorithm>
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

} // namespace

std::unique_ptr<FastKernel> prepareQuantize(const program::OpUnion &op, std::span<const Operand>, const TensorType &) {
  return std::make_unique<QuantizeKernel>(parameters<program::QuantizeT>(op), vectorSet());
}

std::unique_ptr<FastKernel> prepareDequantize(const program::OpUnion &op, std::span<const Operand> operands,
                                              const TensorType &) {
  return std::make_unique<DequantizeKernel>(parameters<program::DequantizeT>(op), operands[0].type.shape, vectorSet());
}

} // namespace tare::kernels
