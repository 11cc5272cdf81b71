//===- Elementwise.cpp - Arithmetic on known elements ---------------------===//
//
// Integers wrap as two's complement does, as numpy's and ONNX Runtime's do.
//
//===----------------------------------------------------------------------===//
#include "ConstantData.h"
#include "Limits.h"

#include <cmath>
#include <fmt/format.h>
#include <limits>

using namespace tare;
using namespace tare::onnx;
using mlir::failure;
using mlir::LogicalResult;

namespace {

/// Wrapping arithmetic: unsigned, as wide as no promotion to int can disturb.
template <typename T> uint64_t bits(T value) { return static_cast<uint64_t>(value); }

struct Add {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(bits(a) + bits(b));
  }
};
struct Sub {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return static_cast<T>(bits(a) - bits(b));
  }
};
struct Mul {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(bits(a) * bits(b));
  }
};
/// Truncates towards zero; the divisor is not 0 (see foldDivision).
struct Div {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a / b;
    else if constexpr (std::is_signed_v<T>)
      return b == T(-1) ? static_cast<T>(0 - bits(a)) : static_cast<T>(a / b);
    else
      return static_cast<T>(a / b);
  }
};
/// The result has the dividend's sign, as C's has: attribute fmod.
struct Remainder {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else if constexpr (std::is_signed_v<T>)
      return b == T(-1) ? T(0) : static_cast<T>(a % b);
    else
      return static_cast<T>(a % b);
  }
};
/// The result has the divisor's sign, as Python's has.
struct Mod {
  template <typename T> static T apply(T a, T b) {
    if constexpr (std::is_unsigned_v<T>) {
      return static_cast<T>(a % b);
    } else {
      T rest = Remainder::apply<T>(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
    }
  }
};
struct Min {
  template <typename T> static T apply(T a, T b) { return b < a ? b : a; }
};
struct Max {
  template <typename T> static T apply(T a, T b) { return a < b ? b : a; }
};
struct Pow {
  template <typename T> static T apply(T a, T b) {
    double result = std::pow(double(a), double(b));
    if constexpr (std::is_floating_point_v<T>)
      return static_cast<T>(result);
    else
      return std::abs(result) < 9e18 ? static_cast<T>(static_cast<int64_t>(result)) : T(0);
  }
};
struct Equal {
  template <typename T> static bool apply(T a, T b) { return a == b; }
};
struct Greater {
  template <typename T> static bool apply(T a, T b) { return a > b; }
};
struct GreaterOrEqual {
  template <typename T> static bool apply(T a, T b) { return a >= b; }
};
struct Less {
  template <typename T> static bool apply(T a, T b) { return a < b; }
};
struct LessOrEqual {
  template <typename T> static bool apply(T a, T b) { return a <= b; }
};
struct And {
  template <typename T> static bool apply(T a, T b) { return bool(a) && bool(b); }
};
struct Or {
  template <typename T> static bool apply(T a, T b) { return bool(a) || bool(b); }
};
struct Xor {
  template <typename T> static bool apply(T a, T b) { return bool(a) != bool(b); }
};

/// The operands' common shape, if they agree in type and may be computed.
std::optional<Shape> commonShape(Node &node, unsigned first, unsigned second) {
  const Tensor *a = node.requireKnown(first, "an operand");
  const Tensor *b = node.requireKnown(second, "an operand");
  if (!a || !b)
    return std::nullopt;
  if (a->element() != b->element()) {
    (void)node.error(
        fmt::format("operands must have one type, found {} and {}", nameOf(a->element()), nameOf(b->element())));
    return std::nullopt;
  }
  std::optional<Shape> shape = broadcastShapes(a->shape(), b->shape());
  if (!shape)
    (void)node.error("shapes do not broadcast: " + toString(a->shape()) + " and " + toString(b->shape()));
  return shape && mayCompute(node, *shape) ? shape : std::nullopt;
}

template <typename Function> Tensor combine(const Tensor &a, const Tensor &b, const Shape &shape) {
  Tensor left = broadcastTo(a, shape), right = broadcastTo(b, shape);
  return visit(a.element(), [&](auto zero) {
    using T = decltype(zero);
    using R = decltype(Function::template apply<T>(zero, zero));
    Tensor result(ElementTypeOf<R>::value, shape);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      result.mutableAs<R>()[i] = Function::template apply<T>(left.as<T>()[i], right.as<T>()[i]);
    return result;
  });
}

template <typename Function> LogicalResult foldBinary(Node &node) {
  std::optional<Shape> shape = commonShape(node, 0, 1);
  return shape ? node.give(combine<Function>(*node.known(0), *node.known(1), *shape)) : failure();
}

/// Min and Max have any number of operands.
template <typename Function> LogicalResult foldVariadic(Node &node) {
  const Tensor *first = node.requireKnown(0, "an operand");
  if (!first)
    return failure();
  Tensor result = *first;
  for (unsigned i = 1; i < node.numOperands(); ++i) {
    if (!commonShape(node, 0, i))
      return failure();
    std::optional<Shape> shape = broadcastShapes(result.shape(), node.known(i)->shape());
    if (!shape || !mayCompute(node, *shape))
      return node.error("shapes do not broadcast");
    result = combine<Function>(result, *node.known(i), *shape);
  }
  return node.give(result);
}

/// Integers must not be divided by 0.
template <typename Function> LogicalResult foldDivision(Node &node) {
  const Tensor *divisor = node.requireKnown(1, "the divisor");
  if (!divisor)
    return failure();
  if (divisor->element() != ElementType::f32 && llvm::is_contained(toIntegers(*divisor), 0))
    return node.error("divides by 0");
  return foldBinary<Function>(node);
}

LogicalResult foldMod(Node &node) {
  return node.intAttribute("fmod", 0) ? foldDivision<Remainder>(node) : foldDivision<Mod>(node);
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

struct Neg {
  template <typename T> static T apply(T a) { return Sub::apply<T>(T(0), a); }
};
struct Abs {
  template <typename T> static T apply(T a) { return a < T(0) ? Neg::apply<T>(a) : a; }
};
/// A function of floats; integers stay as they are (ONNX has them for floats
/// only).
template <float (*function)(float)> struct OfFloat {
  template <typename T> static T apply(T a) {
    if constexpr (std::is_same_v<T, float>)
      return function(a);
    else
      return a;
  }
};
float reciprocal(float x) { return 1 / x; }
struct Not {
  template <typename T> static bool apply(T a) { return !bool(a); }
};

template <typename Function> LogicalResult foldUnary(Node &node) {
  const Tensor *input = node.requireKnown(0, "operand 0");
  if (!input)
    return failure();
  return node.give(visit(input->element(), [&](auto zero) {
    using T = decltype(zero);
    using R = decltype(Function::template apply<T>(zero));
    Tensor result(ElementTypeOf<R>::value, input->shape());
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      result.mutableAs<R>()[i] = Function::template apply<T>(input->as<T>()[i]);
    return result;
  }));
}

/// Out of range is undefined in C++: saturates instead, and NaN becomes 0.
template <typename To, typename From> To convert(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return value != From(0);
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr double low = std::numeric_limits<To>::min();
    constexpr double high = std::numeric_limits<To>::max();
    if (std::isnan(value))
      return 0;
    if (value <= low)
      return std::numeric_limits<To>::min();
    return value >= high ? std::numeric_limits<To>::max() : static_cast<To>(value);
  } else {
    return static_cast<To>(value);
  }
}

LogicalResult foldCast(Node &node) {
  int64_t to = node.intAttribute("to", 0);
  std::optional<qnn::FloatFormat> format = roundingFormat(to);
  if (const GraphValue *integers = isFloat(to) ? node.dequantized(0) : nullptr) {
    GraphValue value{integers->constant, integers->grid, nullptr};
    value.format = format ? format : integers->format;
    return node.give(std::move(value));
  }
  const Tensor *input = node.requireKnown(0, "operand 0");
  std::optional<ElementType> element = integerType(to);
  if (isFloat(to))
    element = ElementType::f32;
  if (!input || node.failed())
    return failure();
  if (!element)
    return node.error("casts to " + dataTypeName(to) + ", which is not supported");
  Tensor result(*element, input->shape());
  visit(input->element(), [&](auto from) {
    visit(*element, [&](auto zero) {
      using To = decltype(zero);
      for (int64_t i = 0, count = result.count(); i < count; ++i)
        result.mutableAs<To>()[i] = convert<To>(input->as<decltype(from)>()[i]);
    });
  });
  return node.give(format ? rounded(result, *format) : result);
}

LogicalResult foldWhere(Node &node) {
  const Tensor *condition = node.requireKnown(0, "the condition");
  std::optional<Shape> values = commonShape(node, 1, 2);
  if (!condition || !values)
    return failure();
  std::optional<Shape> shape = broadcastShapes(condition->shape(), *values);
  if (!shape)
    return node.error("shapes do not broadcast");
  if (condition->element() != ElementType::boolean)
    return node.error("the condition must be bool");
  if (!mayCompute(node, *shape))
    return failure();
  Tensor chosen = broadcastTo(*condition, *shape), a = broadcastTo(*node.known(1), *shape),
         b = broadcastTo(*node.known(2), *shape);
  Tensor result(a.element(), *shape);
  visit(a.element(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0, count = result.count(); i < count; ++i)
      result.mutableAs<T>()[i] = chosen.as<bool>()[i] ? a.as<T>()[i] : b.as<T>()[i];
  });
  return node.give(result);
}

} // namespace

void tare::onnx::registerElementwiseFolds(OpTable &table) {
  table.addFold("Add", foldBinary<Add>);
  table.addFold("Sub", foldBinary<Sub>);
  table.addFold("Mul", foldBinary<Mul>);
  table.addFold("Div", foldDivision<Div>);
  table.addFold("Mod", foldMod);
  table.addFold("Pow", foldBinary<Pow>);
  table.addFold("Min", foldVariadic<Min>);
  table.addFold("Max", foldVariadic<Max>);
  table.addFold("Sum", foldVariadic<Add>);
  table.addFold("Equal", foldBinary<Equal>);
  table.addFold("Greater", foldBinary<Greater>);
  table.addFold("GreaterOrEqual", foldBinary<GreaterOrEqual>);
  table.addFold("Less", foldBinary<Less>);
  table.addFold("LessOrEqual", foldBinary<LessOrEqual>);
  table.addFold("And", foldBinary<And>);
  table.addFold("Or", foldBinary<Or>);
  table.addFold("Xor", foldBinary<Xor>);
  table.addFold("Not", foldUnary<Not>);
  table.addFold("Neg", foldUnary<Neg>);
  table.addFold("Abs", foldUnary<Abs>);
  table.addFold("Floor", foldUnary<OfFloat<std::floor>>);
  table.addFold("Ceil", foldUnary<OfFloat<std::ceil>>);
  table.addFold("Round", foldUnary<OfFloat<std::nearbyint>>);
  table.addFold("Sqrt", foldUnary<OfFloat<std::sqrt>>);
  table.addFold("Exp", foldUnary<OfFloat<std::exp>>);
  table.addFold("Log", foldUnary<OfFloat<std::log>>);
  table.addFold("Reciprocal", foldUnary<OfFloat<reciprocal>>);
  table.addFold("Cast", foldCast);
  table.addFold("Where", foldWhere);
}
