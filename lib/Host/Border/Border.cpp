//===- Border.cpp - Casts -------------------------------------------------===//
#include "Border.h"
#include "DataTypes.h"
#include "Families.h"
#include "Numbers.h"
#include "tare/Tensor/Convert.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

using namespace tare;
using namespace tare::host;

namespace {

//===----------------------------------------------------------------------===//
// Cast, CastLike
//===----------------------------------------------------------------------===//

/// The type that attribute `to` names; before opset 6 by its name.
std::optional<DataType> targetOf(const Attributes &attributes, int64_t opset) {
  if (opset < 6)
    return dataTypeOf(attributes.text("to", ""));
  DataType type = DataType(attributes.integer("to", 0));
  return elementTypeOf(type) ? std::optional(type) : std::nullopt;
}

std::optional<DataType> requireTarget(Inference &n) {
  std::optional<DataType> type = targetOf(n.attributes(), n.opset());
  if (!type)
    n.error(n.opset() < 6 ? fmt::format("attribute 'to' is '{}', expected the name of a type of numbers or of bool",
                                        n.attributes().text("to", ""))
                          : fmt::format("attribute 'to' is {}, expected a type of numbers or of bool",
                                        n.attributes().integer("to", 0)));
  return type;
}

void inferCast(Inference &n) {
  if (std::optional<DataType> type = requireTarget(n))
    n.give(*elementTypeOf(*type), n.shape(0));
  std::string mode = n.attributes().text("round_mode", "up");
  if (mode != "up" && mode != "down" && mode != "nearest")
    n.error(fmt::format("attribute 'round_mode' is '{}', expected 'up', 'down' or 'nearest'", mode));
}

template <typename From, typename To> To convertElement(From value) {
  if constexpr (isFloatType<From>)
    return elementOf<To>(double(value));
  else if constexpr (std::is_same_v<To, bool>)
    return value != From(0);
  else
    return static_cast<To>(value);
}

void castElements(const Tensor &from, Tensor &to) {
  visitAny(from.element(), [&](auto source) {
    visitAny(to.element(), [&](auto target) {
      const auto *x = from.as<decltype(source)>();
      auto *y = to.mutableAs<decltype(target)>();
      for (int64_t i = 0, count = from.count(); i < count; ++i)
        y[i] = convertElement<decltype(source), decltype(target)>(x[i]);
    });
  });
}

/// A float that an integer of fewer than 8 bits does not hold becomes 0: ONNX leaves it open, and so has it what
/// computes the results of ONNX's own tests (ml_dtypes, since 0.7).
void dropBeyond(const Tensor &from, DataType type, Tensor &to) {
  const IntegerRange range = *rangeOf(type);
  auto drop = [&](const auto *x, auto *y) {
    for (int64_t i = 0, count = from.count(); i < count; ++i)
      if (const double whole = std::trunc(x[i]); !(whole >= range.least && whole <= range.greatest))
        y[i] = 0;
  };
  visitAny(from.element(), [&](auto source) {
    if constexpr (isFloatType<decltype(source)>)
      visitAny(to.element(), [&](auto target) { drop(from.as<decltype(source)>(), to.mutableAs<decltype(target)>()); });
  });
}

void runCast(Evaluation &e) {
  castElements(e.operand(0), e.result());
  if (DataType type = *targetOf(e.attributes(), e.opset()); fewBitsOf(type))
    dropBeyond(e.operand(0), type, e.result());
  std::string mode = e.attributes().text("round_mode", "up");
  narrow(*targetOf(e.attributes(), e.opset()), e.result(), {e.attributes().integer("saturate", 1) != 0, mode});
}

/// Its target's elements say no more than what they are held in: who knows the model's type says it by `to`, as for
/// Cast.
void inferCastLike(Inference &n) {
  if (n.attributes().has("to"))
    return inferCast(n);
  n.give(n.element(1), n.shape(0));
}

void runCastLike(Evaluation &e) {
  if (e.attributes().has("to"))
    return runCast(e);
  castElements(e.operand(0), e.result());
}

//===----------------------------------------------------------------------===//
// BitCast
//===----------------------------------------------------------------------===//

/// The bytes of an element as the model has it; 0 where they are not those that are held here.
size_t storedBytes(DataType type) {
  switch (type) {
  case DataType::f16:
  case DataType::bf16:
    return 2;
  case DataType::f64:
    return 8;
  case DataType::f8e4m3fn:
  case DataType::f8e4m3fnuz:
  case DataType::f8e5m2:
  case DataType::f8e5m2fnuz:
  case DataType::f8e8m0:
  case DataType::f6e2m3:
  case DataType::f6e3m2:
  case DataType::f4e2m1:
    return 0;
  default:
    return sizeOf(*elementTypeOf(type));
  }
}

void inferBitCast(Inference &n) {
  std::optional<DataType> type = requireTarget(n);
  if (!type || n.failed())
    return;
  if (storedBytes(*type) != sizeOf(n.element(0)))
    return n.error(fmt::format("attribute 'to' is {}, expected a type of as many bytes as {}", int64_t(*type),
                               nameOf(n.element(0))));
  n.give(*elementTypeOf(*type), n.shape(0));
}

/// From bits to the floats that they are of a type of another size than float32.
template <typename Bits, typename F> void readBits(Evaluation &e, F toFloat) {
  const Bits *x = e.operand(0).as<Bits>();
  float *y = e.result().mutableAs<float>();
  for (int64_t i = 0, count = e.result().count(); i < count; ++i)
    y[i] = toFloat(x[i]);
}

void runBitCast(Evaluation &e) {
  DataType type = *targetOf(e.attributes(), e.opset());
  if (type == DataType::f16)
    return readBits<uint16_t>(e, halfToFloat);
  if (type == DataType::bf16)
    return readBits<uint16_t>(e, [](uint16_t bits) { return std::bit_cast<float>(uint32_t(bits) << 16); });
  if (type == DataType::f64)
    return readBits<uint64_t>(e, [](uint64_t bits) { return float(std::bit_cast<double>(bits)); });
  if (type == DataType::boolean && e.operand(0).element() != ElementType::boolean)
    return castElements(e.operand(0), e.result());
  if (int64_t count = e.result().count())
    std::memcpy(e.result().mutableView().data, e.operand(0).data(), count * sizeOf(e.result().element()));
  narrow(type, e.result());
}

} // namespace

void host::addBorder(Operators &all) {
  all.add("Cast", inferCast, runCast);
  all.add("CastLike", inferCastLike, runCastLike);
  all.add("BitCast", inferBitCast, runBitCast);
  addLinearQuantization(all);
  addQuantizedProducts(all);
  addQuantizedConvolutions(all);
  addQuantizedElements(all);
}
