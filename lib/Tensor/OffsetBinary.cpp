//===- OffsetBinary.cpp - Unsigned integers as signed ones ----------------===//
#include "tare/Tensor/OffsetBinary.h"

#include <cassert>
#include <utility>

using namespace tare;

namespace {

/// Each signed type beside the unsigned one of its width.
constexpr std::pair<ElementType, ElementType> pairs[] = {{ElementType::i8, ElementType::u8},
                                                         {ElementType::i16, ElementType::u16},
                                                         {ElementType::i32, ElementType::u32},
                                                         {ElementType::i64, ElementType::u64}};

/// (A54) Half of the range, modulo 2^bits, is the highest bit alone.
template <typename Word> void flipHighestBit(const void *from, void *to, int64_t count) {
  constexpr Word highest = Word(Word(1) << (8 * sizeof(Word) - 1));
  const Word *in = static_cast<const Word *>(from);
  Word *out = static_cast<Word *>(to);
  for (int64_t i = 0; i < count; ++i)
    out[i] = in[i] ^ highest;
}

} // namespace

ElementType tare::unsignedOf(ElementType type) {
  for (auto [withSign, without] : pairs)
    if (type == withSign)
      return without;
  return type;
}

ElementType tare::signedOf(ElementType type) {
  for (auto [withSign, without] : pairs)
    if (type == without)
      return withSign;
  return type;
}

int64_t tare::halfRange(ElementType type) { return int64_t(uint64_t(1) << (8 * sizeOf(type) - 1)); }

void tare::shiftByHalf(ConstTensorView from, TensorView to) {
  assert(sizeOf(from.type.element) == sizeOf(to.type.element) && from.count() == to.count());
  switch (sizeOf(from.type.element)) {
  case 1:
    return flipHighestBit<uint8_t>(from.data, to.data, from.count());
  case 2:
    return flipHighestBit<uint16_t>(from.data, to.data, from.count());
  case 4:
    return flipHighestBit<uint32_t>(from.data, to.data, from.count());
  default:
    return flipHighestBit<uint64_t>(from.data, to.data, from.count());
  }
}

Tensor tare::shiftedByHalf(const Tensor &integers) {
  ElementType other = unsignedOf(integers.element());
  Tensor result(other == integers.element() ? signedOf(other) : other, integers.shape());
  shiftByHalf(integers.view(), result.mutableView());
  return result;
}
