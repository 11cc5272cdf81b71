//===- LinearQuantization.cpp - To and from quantized integers ------------===//
#include "Border.h"
#include "Quantized.h"

#include <fmt/format.h>

#include <algorithm>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Which scale an element has
//===----------------------------------------------------------------------===//

/// An error where the scales are neither one, nor one per index of the axis, nor one per block of them.
void expectScales(Inference &n) {
  const Shape &x = n.shape(0), &scale = n.shape(1);
  int64_t block = n.attributes().integer("block_size", 0);
  if (block < 0)
    n.error(fmt::format("attribute 'block_size' is {}, expected a positive number", block));
  if (n.has(2) && n.shape(2) != scale && !(isSingle(n.shape(2)) && isSingle(scale)))
    n.error(fmt::format("scale and zero point have the shapes {} and {}, expected one", toString(scale),
                        toString(n.shape(2))));
  if (isSingle(scale) || n.failed())
    return;
  // The axis has no sense for one dimension.
  int64_t axis = x.size() == 1 ? 0 : n.axis("axis", 1, x.size());
  if (n.failed())
    return;
  Shape expected = x;
  if (block == 0)
    expected = {x[axis]};
  else
    expected[axis] = x[axis] / block + (x[axis] % block != 0);
  if (scale != expected)
    n.error(fmt::format("the scale has the shape {}, expected one element or {}", toString(scale), toString(expected)));
}

/// Calls `body` with the begin and the number of elements that follow each other, the place of the first one's scale,
/// and the step from one scale to the next.
template <typename Body> void forEachRun(const Evaluation &e, Body body) {
  int64_t count = e.operand(0).count();
  if (isSingle(e.shape(1)) || count == 0)
    return body(0, count, 0, 0);
  int64_t axis = e.rank(0) == 1 ? 0 : fromBegin(e.attributes().integer("axis", 1), e.rank(0));
  AxisView view(e.shape(0), axis);
  int64_t block = e.attributes().integer("block_size", 0);
  int64_t blocks = block ? e.shape(1)[axis] : 0;
  for (int64_t outer = 0; outer < view.outer; ++outer)
    for (int64_t i = 0; i < view.length; ++i) {
      int64_t first = (outer * view.length + i) * view.inner;
      if (block)
        body(first, view.inner, (outer * blocks + i / block) * view.inner, 1);
      else
        body(first, view.inner, i, 0);
    }
}

//===----------------------------------------------------------------------===//
// QuantizeLinear
//===----------------------------------------------------------------------===//

DataType quantizedType(const Attributes &attributes, std::optional<ElementType> zeroPoint) {
  if (int64_t type = attributes.integer("output_dtype", 0))
    return DataType(type);
  return zeroPoint ? dataTypeOf(*zeroPoint) : DataType::u8;
}

void inferQuantize(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  expectElements(n, 1, Elements::floats);
  expectScales(n);
  std::optional<ElementType> zeroPoint = n.has(2) ? std::optional(n.element(2)) : std::nullopt;
  DataType type = quantizedType(n.attributes(), zeroPoint);
  std::optional<ElementType> element = elementTypeOf(type);
  bool isSmallFloat = element == ElementType::f32 && type != DataType::f32 && type != DataType::f64 &&
                      type != DataType::f16 && type != DataType::bf16;
  if (!rangeOf(type) && !isSmallFloat)
    return n.error(fmt::format("its result would be of type {}, expected integers of up to 16 bits or floats of 8",
                               int64_t(type)));
  if (zeroPoint && zeroPoint != element)
    n.error(fmt::format("the zero point holds {}, expected {} by attribute 'output_dtype'", nameOf(*zeroPoint),
                        nameOf(*element)));
  int64_t precision = n.attributes().integer("precision", 0);
  if (precision != 0 && elementTypeOf(DataType(precision)) != ElementType::f32)
    n.error(fmt::format("attribute 'precision' is {}, expected a floating-point type", precision));
  n.give(*element, n.shape(0));
}

/// x / scale, of the precision that attribute `precision` asks for.
template <typename T> T scaled(T x, T scale, DataType precision) {
  if constexpr (std::is_same_v<T, float>)
    if (precision == DataType::f16 || precision == DataType::bf16)
      return roundTo(precision, roundTo(precision, x) / roundTo(precision, scale));
  return x / scale;
}

template <typename T> void quantize(Evaluation &e, const T *x) {
  DataType type = quantizedType(e.attributes(), e.has(2) ? std::optional(e.operand(2).element()) : std::nullopt);
  DataType precision = DataType(e.attributes().integer("precision", 0));
  FloatRounding rounding{e.attributes().integer("saturate", 1) != 0};
  std::optional<IntegerRange> range = rangeOf(type);
  std::vector<double> scales = numbersOf(e.operand(1)), zeros(scales.size(), 0);
  if (e.has(2))
    zeros = numbersOf(e.operand(2));
  visitNumbers(e.result().element(), [&](auto zero) {
    using Y = decltype(zero);
    Y *y = e.result().mutableAs<Y>();
    forEachRun(e, [&](int64_t first, int64_t count, int64_t scale, int64_t step) {
      for (int64_t i = first; i < first + count; ++i, scale += step) {
        T value = scaled(x[i], static_cast<T>(scales[scale]), precision);
        if constexpr (isFloatType<Y>)
          y[i] = static_cast<Y>(roundTo(type, float(value + T(zeros[scale])), rounding));
        else
          y[i] = static_cast<Y>(saturated(std::nearbyint(double(value)) + zeros[scale], *range));
      }
    });
  });
}

void runQuantize(Evaluation &e) {
  const Tensor &x = e.operand(0);
  if (x.element() == ElementType::f32)
    quantize(e, x.as<float>());
  else
    quantize(e, numbersOf(x).data());
}

//===----------------------------------------------------------------------===//
// DequantizeLinear
//===----------------------------------------------------------------------===//

void inferDequantize(Inference &n) {
  expectElements(n, 0, Elements::numbers);
  expectElements(n, 1, Elements::floats);
  if (n.has(2))
    expectOneType(n, 0, 2);
  expectScales(n);
  int64_t type = n.attributes().integer("output_dtype", 0);
  if (type != 0 && elementTypeOf(DataType(type)) != ElementType::f32)
    n.error(fmt::format("attribute 'output_dtype' is {}, expected a floating-point type", type));
  n.give(ElementType::f32, n.shape(0));
}

/// x minus its zero point; exact of integers.
template <typename T> float difference(T x, T zero) {
  if constexpr (isFloatType<T>)
    return float(x - zero);
  else
    return float(minus(int64_t(x), int64_t(zero)));
}

void runDequantize(Evaluation &e) {
  std::vector<double> scales = numbersOf(e.operand(1));
  float *y = e.result().mutableAs<float>();
  visitNumbers(e.operand(0).element(), [&](auto none) {
    using T = decltype(none);
    const T *x = e.operand(0).as<T>(), *zeros = e.has(2) ? e.operand(2).as<T>() : nullptr;
    forEachRun(e, [&](int64_t first, int64_t count, int64_t scale, int64_t step) {
      for (int64_t i = first; i < first + count; ++i, scale += step)
        y[i] = difference(x[i], zeros ? zeros[scale] : T(0)) * float(scales[scale]);
    });
  });
  if (int64_t type = e.attributes().integer("output_dtype", 0))
    narrow(DataType(type), e.result());
}

//===----------------------------------------------------------------------===//
// DynamicQuantizeLinear
//===----------------------------------------------------------------------===//

void inferDynamic(Inference &n) {
  if (n.element(0) != ElementType::f32)
    n.error(fmt::format("operand 0 holds {}, expected float32", nameOf(n.element(0))));
  n.give(ElementType::u8, n.shape(0));
  n.give(ElementType::f32, {}, 1);
  n.give(ElementType::u8, {}, 2);
}

void runDynamic(Evaluation &e) {
  const Tensor &x = e.operand(0);
  DynamicGrid grid = dynamicGridOf(x.as<float>(), x.count());
  quantizeDynamically(x.as<float>(), x.count(), grid, e.result().mutableAs<uint8_t>());
  if (e.gives(1))
    *e.result(1).mutableAs<float>() = grid.scale;
  if (e.gives(2))
    *e.result(2).mutableAs<uint8_t>() = grid.zeroPoint;
}

} // namespace

void host::addLinearQuantization(Operators &all) {
  for (const char *name : {"QuantizeLinear", "com.microsoft.QuantizeLinear"})
    all.add(name, inferQuantize, runQuantize);
  for (const char *name : {"DequantizeLinear", "com.microsoft.DequantizeLinear"})
    all.add(name, inferDequantize, runDequantize);
  all.add("DynamicQuantizeLinear", inferDynamic, runDynamic);
}
