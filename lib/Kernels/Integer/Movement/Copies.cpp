//===- Copies.cpp - Copies between strided regions ------------------------===//
#include "Copies.h"

namespace tare::kernels {
namespace {

template <typename T> void copyTyped(const Copy &copy, const T *source, T *result) {
  Shape index(copy.sizes.size());
  int64_t from = copy.sourceStart, to = copy.resultStart;
  for (int64_t i = 0, count = elementCount(copy.sizes); i < count; ++i) {
    result[to] = source[from];
    for (size_t d = index.size(); d-- > 0;) {
      from += copy.sourceStrides[d], to += copy.resultStrides[d];
      if (++index[d] < copy.sizes[d])
        break;
      from -= copy.sourceStrides[d] * index[d], to -= copy.resultStrides[d] * index[d], index[d] = 0;
    }
  }
}

} // namespace

void copyElements(const Copy &copy, size_t elementBytes, const void *source, void *result) {
  switch (elementBytes) {
  case 1:
    return copyTyped(copy, static_cast<const uint8_t *>(source), static_cast<uint8_t *>(result));
  case 2:
    return copyTyped(copy, static_cast<const uint16_t *>(source), static_cast<uint16_t *>(result));
  case 4:
    return copyTyped(copy, static_cast<const uint32_t *>(source), static_cast<uint32_t *>(result));
  default:
    return copyTyped(copy, static_cast<const uint64_t *>(source), static_cast<uint64_t *>(result));
  }
}

Status checkMovable(const TensorType &type, std::string_view what) {
  return checkElement(type,
                      {ElementType::f32, ElementType::i8, ElementType::i16, ElementType::i32, ElementType::i64,
                       ElementType::u8, ElementType::u16, ElementType::u32, ElementType::u64, ElementType::boolean},
                      what);
}

} // namespace tare::kernels
