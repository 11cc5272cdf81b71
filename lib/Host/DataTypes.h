//===- DataTypes.h - ONNX's numbers of element types ------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_DATATYPES_H
#define TARE_LIB_HOST_DATATYPES_H

#include "tare/Tensor/Tensor.h"

#include <optional>
#include <string_view>

namespace tare::host {

/// The types by their numbers in TensorProto.DataType.
enum class DataType : int64_t {
  f32 = 1,
  u8,
  i8,
  u16,
  i16,
  i32,
  i64,
  boolean = 9,
  f16,
  f64,
  u32,
  u64,
  bf16 = 16,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  u4,
  i4,
  f4e2m1,
  f8e8m0,
  u2,
  i2,
  f6e2m3,
  f6e3m2,
};

/// What holds elements of a type: float32 for every float, int8 or uint8 for integers of fewer bits. Nothing for
/// strings, complex numbers and what is no type.
std::optional<ElementType> elementTypeOf(DataType type);
/// The type by its name, as the first operator sets have it: "FLOAT".
std::optional<DataType> dataTypeOf(std::string_view name);
/// The type whose elements these are in full.
DataType dataTypeOf(ElementType element);

/// The bits of an integer of fewer than 8; nothing for other types.
std::optional<int> fewBitsOf(DataType type);
/// The range of an integer of up to 16 bits; nothing for other types.
struct IntegerRange {
  int64_t least, greatest;
};
std::optional<IntegerRange> rangeOf(DataType type);

/// How a float that passes the range of its type is rounded.
struct FloatRounding {
  bool saturates = true;
  /// Of float8e8m0: "up", "down" or "nearest".
  std::string_view mode = "up";
};
/// The nearest number that a floating-point type has; others, and what float32 holds, stay.
float roundTo(DataType type, float value, FloatRounding rounding = {});
/// Makes elements that some type's elements are held in elements of that type: rounds floats, keeps the low bits of
/// integers.
void narrow(DataType type, Tensor &elements, FloatRounding rounding = {});

} // namespace tare::host

#endif // TARE_LIB_HOST_DATATYPES_H
