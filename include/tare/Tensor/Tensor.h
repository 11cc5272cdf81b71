//===- Tensor.h - Host tensors ----------------------------------*- C++ -*-===//
//
// Dense row-major tensors in host memory, and views of them. No MLIR: kernels
// and the embedded runtime use these.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_TENSOR_H
#define TARE_TENSOR_TENSOR_H

#include "tare/Schema/element_type_generated.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tare {

using Shape = std::vector<int64_t>;

/// The bytes that one element takes.
size_t sizeOf(ElementType type);
/// numpy's name of the type: "float32", "int8", "bool".
std::string_view nameOf(ElementType type);
/// The product of the dimensions; 1 for a scalar.
int64_t elementCount(const Shape &shape);
/// "1x3x32x32"; "scalar" for rank 0.
std::string toString(const Shape &shape);

/// The type of a tensor: its elements and its shape.
struct TensorType {
  ElementType element = ElementType::f32;
  Shape shape;

  int64_t count() const { return elementCount(shape); }
  size_t bytes() const { return count() * sizeOf(element); }
  bool operator==(const TensorType &) const = default;
};
/// The bytes of a tensor of this type; nothing where a dimension is negative or
/// the size passes 2^62. For types that come from a file: TensorType::bytes()
/// may overflow on them.
std::optional<size_t> checkedBytes(const TensorType &type);
/// "int8 1x32x32x16"
std::string toString(const TensorType &type);

/// C++ type -> ElementType.
template <typename T> struct ElementTypeOf;
template <> struct ElementTypeOf<float> {
  static constexpr auto value = ElementType::f32;
};
template <> struct ElementTypeOf<double> {
  static constexpr auto value = ElementType::f64;
};
template <> struct ElementTypeOf<int8_t> {
  static constexpr auto value = ElementType::i8;
};
template <> struct ElementTypeOf<uint8_t> {
  static constexpr auto value = ElementType::u8;
};
template <> struct ElementTypeOf<int16_t> {
  static constexpr auto value = ElementType::i16;
};
template <> struct ElementTypeOf<uint16_t> {
  static constexpr auto value = ElementType::u16;
};
template <> struct ElementTypeOf<int32_t> {
  static constexpr auto value = ElementType::i32;
};
template <> struct ElementTypeOf<uint32_t> {
  static constexpr auto value = ElementType::u32;
};
template <> struct ElementTypeOf<int64_t> {
  static constexpr auto value = ElementType::i64;
};
template <> struct ElementTypeOf<uint64_t> {
  static constexpr auto value = ElementType::u64;
};
template <> struct ElementTypeOf<bool> {
  static constexpr auto value = ElementType::boolean;
};

/// Read-only view of a tensor whose memory someone else owns.
struct ConstTensorView {
  TensorType type;
  const void *data = nullptr;

  template <typename T> const T *as() const { return static_cast<const T *>(data); }
  int64_t count() const { return type.count(); }
};

/// Writable view of a tensor whose memory someone else owns.
struct TensorView {
  TensorType type;
  void *data = nullptr;

  template <typename T> T *as() const { return static_cast<T *>(data); }
  int64_t count() const { return type.count(); }
  operator ConstTensorView() const { return {type, data}; }
};

/// A tensor that shares ownership of its 64-byte-aligned memory; copying it
/// copies no elements.
class Tensor {
public:
  Tensor() = default;
  /// Uninitialized memory of the type's size.
  explicit Tensor(TensorType type);
  Tensor(ElementType element, Shape shape) : Tensor(TensorType{element, std::move(shape)}) {}
  /// Memory that `owner` keeps alive (a mapped file, a constant of the IR).
  Tensor(TensorType type, std::shared_ptr<const void> owner, const void *data);

  const TensorType &type() const { return tensorType; }
  const Shape &shape() const { return tensorType.shape; }
  ElementType element() const { return tensorType.element; }
  int64_t count() const { return tensorType.count(); }
  const void *data() const { return memory; }
  template <typename T> const T *as() const { return static_cast<const T *>(memory); }
  /// Writable access; only for the one who made the tensor.
  template <typename T> T *mutableAs() { return static_cast<T *>(const_cast<void *>(memory)); }

  ConstTensorView view() const { return {tensorType, memory}; }
  TensorView mutableView() { return {tensorType, const_cast<void *>(memory)}; }
  /// The same elements under another shape of equal element count.
  Tensor reshaped(Shape shape) const;
  explicit operator bool() const { return memory != nullptr; }
  /// Whether the memory lives as long as this tensor; otherwise it is a view of memory that someone else may free.
  bool ownsMemory() const { return owner != nullptr; }

private:
  TensorType tensorType;
  std::shared_ptr<const void> owner;
  const void *memory = nullptr;
};

} // namespace tare

#endif // TARE_TENSOR_TENSOR_H
