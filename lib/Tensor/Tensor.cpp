//===- Tensor.cpp - Host tensors ------------------------------------------===//

#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <new>

using namespace tare;

size_t tare::sizeOf(ElementType type) {
  switch (type) {
  case ElementType::i8:
  case ElementType::u8:
  case ElementType::boolean:
    return 1;
  case ElementType::i16:
  case ElementType::u16:
  case ElementType::f16:
    return 2;
  case ElementType::f32:
  case ElementType::i32:
  case ElementType::u32:
    return 4;
  case ElementType::f64:
  case ElementType::i64:
  case ElementType::u64:
    return 8;
  }
  return 0;
}

std::string_view tare::nameOf(ElementType type) {
  switch (type) {
  case ElementType::f32:
    return "float32";
  case ElementType::f64:
    return "float64";
  case ElementType::i8:
    return "int8";
  case ElementType::u8:
    return "uint8";
  case ElementType::i16:
    return "int16";
  case ElementType::u16:
    return "uint16";
  case ElementType::i32:
    return "int32";
  case ElementType::u32:
    return "uint32";
  case ElementType::i64:
    return "int64";
  case ElementType::u64:
    return "uint64";
  case ElementType::boolean:
    return "bool";
  case ElementType::f16:
    return "float16";
  }
  return "unknown";
}

int64_t tare::elementCount(const Shape &shape) {
  // However large the other dimensions are, whose product alone no number might hold.
  if (std::ranges::find(shape, 0) != shape.end())
    return 0;
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

std::optional<size_t> tare::checkedBytes(const TensorType &type) {
  size_t bytes = sizeOf(type.element);
  if (bytes == 0)
    return std::nullopt;
  bool empty = false;
  for (int64_t dim : type.shape) {
    if (dim < 0)
      return std::nullopt;
    empty |= dim == 0;
  }
  if (empty)
    return 0;
  constexpr size_t limit = size_t(1) << 62;
  for (int64_t dim : type.shape) {
    if (size_t(dim) > limit / bytes)
      return std::nullopt;
    bytes *= size_t(dim);
  }
  return bytes;
}

std::string tare::toString(const Shape &shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t dim : shape) {
    if (!text.empty())
      text += 'x';
    text += std::to_string(dim);
  }
  return text;
}

std::string tare::toString(const TensorType &type) {
  return std::string(nameOf(type.element)) + ' ' + toString(type.shape);
}

Tensor::Tensor(TensorType type) : tensorType(std::move(type)) {
  // A vector of the widest registers may read up to the end of the last 64
  // bytes.
  constexpr size_t alignment = 64;
  size_t bytes = (tensorType.bytes() / alignment + 1) * alignment;
  void *allocated = std::aligned_alloc(alignment, bytes);
  if (!allocated)
    throw std::bad_alloc();
  owner = std::shared_ptr<const void>(allocated, [](const void *memory) { std::free(const_cast<void *>(memory)); });
  memory = allocated;
}

Tensor::Tensor(TensorType type, std::shared_ptr<const void> owner, const void *data)
    : tensorType(std::move(type)), owner(std::move(owner)), memory(data) {}

Tensor Tensor::reshaped(Shape shape) const {
  assert(elementCount(shape) == count() && "a reshape keeps the number of elements");
  return Tensor({tensorType.element, std::move(shape)}, owner, memory);
}
