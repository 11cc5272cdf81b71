//===- Generators.cpp - Tensors made of numbers ---------------------------===//
#include "Elements.h"
#include "Movement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// ConstantOfShape
//===----------------------------------------------------------------------===//

void inferConstantOfShape(Inference &n) {
  Shape shape = n.integers(0, "operand shape");
  Tensor value = n.attributes().tensor("value");
  if (value && value.count() != 1)
    n.error(fmt::format("attribute 'value' has {} elements, expected 1", value.count()));
  n.give(value ? value.element() : ElementType::f32, shape);
}

void constantOfShape(Evaluation &e) {
  Tensor value = e.attributes().tensor("value");
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    std::fill_n(e.result().mutableAs<T>(), e.result().count(), value ? *value.as<T>() : zero);
  });
}

//===----------------------------------------------------------------------===//
// EyeLike
//===----------------------------------------------------------------------===//

/// The type that ONNX has this number for; floats are all computed as float32.
std::optional<ElementType> elementOf(int64_t onnx) {
  constexpr std::optional<ElementType> none;
  const std::optional<ElementType> types[] = {
      none,
      ElementType::f32,
      ElementType::u8,
      ElementType::i8,
      ElementType::u16,
      ElementType::i16,
      ElementType::i32,
      ElementType::i64,
      none, // A string.
      ElementType::boolean,
      ElementType::f32,
      ElementType::f32,
      ElementType::u32,
      ElementType::u64,
      none, // Complex numbers.
      none,
      ElementType::f32,
  };
  return onnx >= 0 && size_t(onnx) < std::size(types) ? types[onnx] : none;
}

void inferEyeLike(Inference &n) {
  TensorType y = n.type(0);
  if (y.shape.size() != 2)
    n.error(fmt::format("its operand has {} dimensions, expected 2", y.shape.size()));
  if (n.attributes().has("dtype")) {
    std::optional<ElementType> element = elementOf(n.attributes().integer("dtype", 0));
    if (!element)
      return n.error(
          fmt::format("attribute 'dtype' is {}, which is no type of numbers", n.attributes().integer("dtype", 0)));
    y.element = *element;
  }
  n.give(y);
}

void eyeLike(Evaluation &e) {
  int64_t rows = e.result().shape()[0], columns = e.result().shape()[1];
  int64_t k = std::clamp(e.attributes().integer("k", 0), -rows, columns);
  visitAny(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T *y = e.result().mutableAs<T>();
    std::fill_n(y, rows * columns, zero);
    for (int64_t row = std::max<int64_t>(0, -k); row < rows && row + k < columns; ++row)
      y[row * columns + row + k] = T(1);
  });
}

//===----------------------------------------------------------------------===//
// Range
//===----------------------------------------------------------------------===//

/// How many numbers there are from `start` to before `limit`; nothing if too many to count.
template <typename T> std::optional<int64_t> countSteps(T start, T limit, T delta) {
  constexpr int64_t most = int64_t(1) << 60;
  if constexpr (std::is_floating_point_v<T>) {
    double count = std::ceil((double(limit) - double(start)) / double(delta));
    if (std::isnan(count) || count > double(most))
      return std::nullopt;
    return std::max<int64_t>(0, int64_t(std::max(count, -1.0)));
  } else {
    __int128 distance = __int128(limit) - __int128(start), step = delta;
    if (step < 0)
      distance = -distance, step = -step;
    __int128 count = distance <= 0 ? 0 : (distance - 1) / step + 1;
    return count > most ? std::nullopt : std::optional(int64_t(count));
  }
}

void inferRange(Inference &n) {
  static constexpr std::string_view roles[] = {"start", "limit", "delta"};
  for (size_t i = 0; i < 3; ++i) {
    const TensorType &type = n.type(i);
    if (!n.isKnown(i))
      n.error(fmt::format("operand {} must be a constant, found a computed value", roles[i]));
    if (type.count() != 1 || type.element != n.element(0) || type.element == ElementType::boolean)
      n.error(fmt::format("operand {} is {}, expected one number of the same type as the others", roles[i],
                          toString(type)));
  }
  if (n.failed())
    return;
  visitNumbers(n.element(0), [&](auto zero) {
    using T = decltype(zero);
    T start = *n.known(0).as<T>(), limit = *n.known(1).as<T>(), delta = *n.known(2).as<T>();
    std::optional<int64_t> count = delta == 0 ? std::nullopt : countSteps(start, limit, delta);
    if (!count)
      return n.error(fmt::format("there is no range from {} to {} by {}", start, limit, delta));
    n.give(n.element(0), {*count});
  });
}

void range(Evaluation &e) {
  visitNumbers(e.result().element(), [&](auto zero) {
    using T = decltype(zero);
    T start = *e.operand(0).as<T>(), delta = *e.operand(2).as<T>(), *y = e.result().mutableAs<T>();
    for (int64_t i = 0; i < e.result().count(); ++i) {
      if constexpr (std::is_floating_point_v<T>)
        y[i] = T(double(start) + double(i) * double(delta));
      else
        y[i] = T(uint64_t(start) + uint64_t(i) * uint64_t(delta));
    }
  });
}

} // namespace

void host::addGenerators(Operators &all) {
  all.add("ConstantOfShape", inferConstantOfShape, unlessEmpty<constantOfShape>);
  all.add("EyeLike", inferEyeLike, unlessEmpty<eyeLike>);
  all.add("Range", inferRange, range);
}
