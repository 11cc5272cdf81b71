//===- Quantized.cpp - Integers that stand for real numbers ---------------===//
#include "Quantized.h"
#include "tare/Kernels/Elementwise.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

void host::expectQuantized(Inference &n, size_t operand) {
  ElementType element = n.element(operand);
  if (!n.failed() && !rangeOf(dataTypeOf(element)))
    n.error(fmt::format("operand {} holds {}, expected integers of 8 or 16 bits", operand, nameOf(element)));
}

void host::expectZeroPoint(Inference &n, size_t operand, size_t quantized) {
  if (n.has(operand))
    expectOneType(n, operand, quantized);
}

Shape host::matrixGridShape(const Shape &shape, bool isRow) {
  if (shape.size() == 1 && isRow)
    return {shape[0], 1};
  return shape;
}

Tensor host::centered(const Tensor &x, const Tensor *zeroPoint, const Shape &zeroShape) {
  Tensor y(ElementType::i32, x.shape()), none(x.element(), {});
  visitNumbers(x.element(), [&](auto zero) {
    using T = decltype(zero);
    *none.mutableAs<T>() = 0;
    kernels::binary<T, T, int32_t>(x.view(), zeroPoint ? zeroPoint->reshaped(zeroShape).view() : none.view(),
                                   y.mutableView(), [](T value, T offset) { return int32_t(value) - int32_t(offset); });
  });
  return y;
}

DynamicGrid host::dynamicGridOf(const float *x, int64_t count) {
  float least = 0, greatest = 0;
  for (int64_t i = 0; i < count; ++i) {
    least = std::min(least, x[i]);
    greatest = std::max(greatest, x[i]);
  }
  float scale = (least == greatest ? 1.0f : greatest - least) / 255.0f;
  return {scale, uint8_t(saturated(0.0f - least / scale, {0, 255}))};
}

void host::quantizeDynamically(const float *x, int64_t count, DynamicGrid grid, uint8_t *y) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = uint8_t(saturated(double(std::nearbyint(x[i] / grid.scale)) + grid.zeroPoint, {0, 255}));
}
