//===- Quantized.h - Integers that stand for real numbers -------*- C++ -*-===//
#ifndef TARE_LIB_HOST_BORDER_QUANTIZED_H
#define TARE_LIB_HOST_BORDER_QUANTIZED_H

#include "DataTypes.h"
#include "Numbers.h"

namespace tare::host {

/// The nearest integer of the range; the least one of NaN. Half to even.
inline int64_t saturated(double value, IntegerRange range) {
  double rounded = std::nearbyint(value);
  if (!(rounded > double(range.least)))
    return range.least;
  return rounded < double(range.greatest) ? int64_t(rounded) : range.greatest;
}

/// int8 or uint8, or another type of integers up to 16 bits.
void expectQuantized(Inference &n, size_t operand);
/// A zero point of another operand's elements, or none.
void expectZeroPoint(Inference &n, size_t operand, size_t quantized);
/// The shape of scales or zero points for the rows (`isRow`), or else the columns, of matrices of some rank: what has
/// one dimension has an element per row or column.
Shape matrixGridShape(const Shape &shape, bool isRow);

/// x minus its zero point, which broadcasts under `zeroShape`; null: 0.
Tensor centered(const Tensor &x, const Tensor *zeroPoint, const Shape &zeroShape);
/// A tensor, or null where the operand is left out.
inline const Tensor *optionalOperand(const Evaluation &e, size_t operand) {
  return e.has(operand) ? &e.operand(operand) : nullptr;
}

/// y = saturate(round(sums * factor + zero)), with a factor and a zero point for each element.
template <typename Factor, typename Zero> void requantize(const Tensor &sums, Tensor &y, Factor factorOf, Zero zeroOf) {
  IntegerRange range = *rangeOf(dataTypeOf(y.element()));
  visitNumbers(y.element(), [&](auto zero) {
    using T = decltype(zero);
    const int32_t *x = sums.as<int32_t>();
    T *result = y.mutableAs<T>();
    for (int64_t i = 0, count = y.count(); i < count; ++i)
      result[i] = static_cast<T>(saturated(double(x[i]) * double(factorOf(i)) + double(zeroOf(i)), range));
  });
}

/// uint8 numbers for floats, with their scale and zero point.
struct DynamicGrid {
  float scale;
  uint8_t zeroPoint;
};
DynamicGrid dynamicGridOf(const float *x, int64_t count);
void quantizeDynamically(const float *x, int64_t count, DynamicGrid grid, uint8_t *y);

} // namespace tare::host

#endif // TARE_LIB_HOST_BORDER_QUANTIZED_H
