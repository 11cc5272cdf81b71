//===- Elements.h - Elements of any type, places of any shape ---*- C++ -*-===//
#ifndef TARE_LIB_HOST_ELEMENTS_H
#define TARE_LIB_HOST_ELEMENTS_H

#include "tare/Tensor/Tensor.h"

#include <array>
#include <optional>
#include <type_traits>
#include <vector>

namespace tare::host {

inline bool isFloat(ElementType element) { return element == ElementType::f32 || element == ElementType::f64; }
inline bool isInteger(ElementType element) {
  return !isFloat(element) && element != ElementType::boolean && element != ElementType::f16;
}

/// Calls `body` with a value of the C++ type of `element`; a bool for bool.
template <typename Body> auto visitAny(ElementType element, Body &&body) {
  switch (element) {
  case ElementType::f64:
    return body(double());
  case ElementType::i8:
    return body(int8_t());
  case ElementType::u8:
    return body(uint8_t());
  case ElementType::i16:
    return body(int16_t());
  case ElementType::u16:
    return body(uint16_t());
  case ElementType::i32:
    return body(int32_t());
  case ElementType::u32:
    return body(uint32_t());
  case ElementType::i64:
    return body(int64_t());
  case ElementType::u64:
    return body(uint64_t());
  case ElementType::boolean:
    return body(bool());
  case ElementType::f32:
  case ElementType::f16: // Read as float32.
    break;
  }
  return body(float());
}

/// The same where bool has no sense, and counts as uint8.
template <typename Body> auto visitNumbers(ElementType element, Body &&body) {
  return visitAny(element, [&](auto zero) {
    if constexpr (std::is_same_v<decltype(zero), bool>)
      return body(uint8_t());
    else
      return body(zero);
  });
}

/// The elements as int64; of floats their whole parts.
std::vector<int64_t> integersOf(const Tensor &tensor);
/// The elements as double.
std::vector<double> numbersOf(const Tensor &tensor);

/// numpy's broadcasting of two shapes; nothing where they do not fit.
std::optional<Shape> broadcastShape(const Shape &a, const Shape &b);
/// The strides, in elements, of a row-major tensor.
std::vector<int64_t> stridesOf(const Shape &shape);
/// Those of a tensor of `shape` as it is repeated along the axes of `wide`, to which it broadcasts: 0 where it is.
std::vector<int64_t> broadcastStrides(const Shape &shape, const Shape &wide);
/// An axis that may be counted from the end.
inline int64_t fromBegin(int64_t axis, int64_t rank) { return axis < 0 ? axis + rank : axis; }

/// A tensor around one axis: [outer, length, inner].
struct AxisView {
  int64_t outer = 1, length = 1, inner = 1;
  AxisView(const Shape &shape, int64_t axis);
};

/// Walks over the elements of `shape` in row-major order and keeps an offset per operand, by that operand's strides.
template <size_t N> class Walk {
public:
  Walk(const Shape &shape, const std::array<std::vector<int64_t>, N> &strides)
      : shape(shape), strides(strides), index(shape.size(), 0) {}

  int64_t offset(size_t operand) const { return offsets[operand]; }
  const std::vector<int64_t> &position() const { return index; }
  void next() {
    for (size_t axis = shape.size(); axis-- > 0;) {
      for (size_t n = 0; n < N; ++n)
        offsets[n] += strides[n][axis];
      if (++index[axis] < shape[axis])
        return;
      index[axis] = 0;
      for (size_t n = 0; n < N; ++n)
        offsets[n] -= strides[n][axis] * shape[axis];
    }
  }

private:
  Shape shape;
  std::array<std::vector<int64_t>, N> strides;
  std::vector<int64_t> index;
  std::array<int64_t, N> offsets{};
};

} // namespace tare::host

#endif // TARE_LIB_HOST_ELEMENTS_H
