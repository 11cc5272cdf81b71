//===- Pieces.h - Moving a few bytes at a time ------------------*- C++ -*-===//
//
// A call of memcpy costs more than the bytes of one pixel. Vectors of 16 bytes, which every 64-bit processor has; the
// last ones overlap their neighbours.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_PIECES_H
#define TARE_LIB_KERNELS_INTEGER_FAST_PIECES_H

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tare::kernels {

using Bytes16 = int8_t __attribute__((vector_size(16)));
using Bytes8 = int8_t __attribute__((vector_size(8)));

template <typename T> inline T loadPiece(const void *x) {
  T value;
  std::memcpy(&value, x, sizeof value);
  return value;
}
template <typename T> inline void movePiece(const std::byte *from, std::byte *to) {
  T value = loadPiece<T>(from);
  std::memcpy(to, &value, sizeof value);
}

/// Between half of T's size and all of it.
template <typename Half> inline void copyOverlapping(const std::byte *from, std::byte *to, int64_t bytes) {
  Half last = loadPiece<Half>(from + bytes - sizeof(Half));
  movePiece<Half>(from, to);
  std::memcpy(to + bytes - sizeof(Half), &last, sizeof last);
}

/// As memcpy.
inline void copyBytes(const std::byte *from, std::byte *to, int64_t bytes) {
  if (bytes > 256) {
    std::memcpy(to, from, bytes);
  } else if (bytes >= 16) {
    for (int64_t i = 0; i + 16 <= bytes; i += 16)
      movePiece<Bytes16>(from + i, to + i);
    movePiece<Bytes16>(from + bytes - 16, to + bytes - 16);
  } else if (bytes >= 8) {
    copyOverlapping<uint64_t>(from, to, bytes);
  } else if (bytes >= 4) {
    copyOverlapping<uint32_t>(from, to, bytes);
  } else {
    for (int64_t i = 0; i < bytes; ++i)
      to[i] = from[i];
  }
}

inline void interleaveSixteen(const int8_t *a, const int8_t *b, int8_t *y) {
  auto x = loadPiece<Bytes16>(a), z = loadPiece<Bytes16>(b);
  Bytes16 low = __builtin_shufflevector(x, z, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  Bytes16 high = __builtin_shufflevector(x, z, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  std::memcpy(y, &low, sizeof low);
  std::memcpy(y + sizeof low, &high, sizeof high);
}

inline void interleaveEight(const int8_t *a, const int8_t *b, int8_t *y) {
  auto x = loadPiece<Bytes8>(a), z = loadPiece<Bytes8>(b);
  Bytes16 pairs = __builtin_shufflevector(x, z, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  std::memcpy(y, &pairs, sizeof pairs);
}

/// y[2 * i], y[2 * i + 1] = a[i], b[i]
inline void interleavePairs(const int8_t *a, const int8_t *b, int8_t *y, int64_t count) {
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    interleaveSixteen(a + i, b + i, y + 2 * i);
  for (; i + 8 <= count; i += 8)
    interleaveEight(a + i, b + i, y + 2 * i);
  if (i < count && count >= 8)
    return interleaveEight(a + count - 8, b + count - 8, y + 2 * (count - 8));
  for (; i < count; ++i)
    y[2 * i] = a[i], y[2 * i + 1] = b[i];
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_PIECES_H
