//===- Normalization.h - What a normalization computes in -------*- C++ -*-===//
//
// (A71) to (A73): for kernels, for what makes their parameters and for what proves them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_NORMALIZATION_H
#define TARE_KERNELS_NORMALIZATION_H

#include "tare/Kernels/Rounding.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace tare::kernels {

/// (A71) So many elements of a type may have one mean: n^2 times the square of the farthest element is below 2^62.
inline int64_t mostNormalized(ElementType element, bool keepsMean) {
  const int bits = element == ElementType::i8 ? 8 : 16;
  return int64_t(1) << ((keepsMean ? 31 : 32) - bits);
}

/// (A71) k, the pairs of bits behind the point of a variance of n elements: what epsilon adds to it may be far less
/// than what elements a step apart have.
inline int varianceBits(ElementType element, int64_t n, bool keepsMean) {
  constexpr int most = 10;
  int bits = 0;
  while (bits < most && n << (bits + 1) <= mostNormalized(element, keepsMean))
    ++bits;
  return bits;
}

/// (A71) The offset of a variance lies in [1, mostOffset].
inline constexpr int64_t mostOffset = int64_t(1) << 62;

/// (A72) No normalized element of groups of this type has a larger magnitude: |u| <= sqrt(n) * 2^f, rounded.
inline constexpr int64_t mostNormal(ElementType element) {
  return (int64_t(1) << (element == ElementType::i8 ? 15 : 19)) - 1;
}

/// (A72) So far u may be from 2^f times the real number: rounding, and what the root and its reciprocal are off.
inline double normalError(ElementType element) { return 0.5 + std::ldexp(double(mostNormal(element)), -28); }

/// (A72) f, the bits behind the point of the normalized elements of groups of n.
inline int normalBits(ElementType element, int64_t n) {
  constexpr int most = 14;
  const int64_t below = (mostNormal(element) - 1) * (mostNormal(element) - 1);
  int bits = 0;
  while (bits < most && n << (2 * (bits + 1)) <= below)
    ++bits;
  return bits;
}

/// (A72) The largest |u| of groups of n: one element that is far from all others, which are alike.
inline int64_t mostNormalOf(ElementType element, int64_t n, bool keepsMean) {
  const double farthest = std::sqrt(double(keepsMean ? n : n - 1));
  return std::min(mostNormal(element), int64_t(std::ceil(std::ldexp(farthest, normalBits(element, n)) + 1)));
}

/// (A73) The largest magnitudes of gamma and beta, with which accumulators have 28 bits (i8), or 36 (i16).
struct NormLimits {
  int64_t gamma, beta;
};
inline NormLimits limitsOfNorms(ElementType element) {
  const bool isNarrow = element == ElementType::i8;
  return {(int64_t(1) << (isNarrow ? 11 : 15)) - 1, (int64_t(1) << (isNarrow ? 26 : 31)) - 1};
}

/// floor(sqrt(value)), of a value below 2^62.
inline int64_t floorOfRoot(int64_t value) {
  auto root = int64_t(std::sqrt(double(value)));
  while (root * root > value)
    --root;
  while ((root + 1) * (root + 1) <= value)
    ++root;
  return root;
}

/// (A72) 2^bits / sqrt(variance) as a factor of 30 bits and a shift.
struct ReciprocalRoot {
  int64_t factor;
  int shift;

  /// Of a variance in [1, 2^63).
  ReciprocalRoot(int64_t variance, int fractionBits) {
    constexpr int whole = 60;
    const int even = (whole + 2 - int(std::bit_width(uint64_t(variance)))) & ~1;
    const int64_t root = floorOfRoot(even >= 0 ? variance << even : variance >> -even);
    factor = ((int64_t(1) << whole) + root / 2) / root;
    shift = whole - even / 2 - fractionBits;
  }

  /// u, of a distance below 2^32.
  int64_t of(int64_t distance) const { return (distance * factor + (int64_t(1) << (shift - 1))) >> shift; }
};

/// The sums of a group's elements x - z.
struct GroupSums {
  int64_t sum = 0, squares = 0;

  void add(int64_t x) {
    sum += x;
    squares += x * x;
  }
};

/// What the groups of n elements of one normalization have in common.
struct NormForm {
  ElementType element;
  int64_t n, offset;
  bool keepsMean;
};

/// (A71), (A72) What elements of a group become: u.
struct GroupNormal {
  int64_t n, sum;
  ReciprocalRoot root;

  GroupNormal(const GroupSums &sums, const NormForm &form)
      : n(form.n), sum(form.keepsMean ? 0 : sums.sum), root(rootOf(sums, form)) {}

  /// Of x - z.
  int64_t of(int64_t x) const { return root.of(n * x - sum); }

private:
  static ReciprocalRoot rootOf(const GroupSums &sums, const NormForm &form) {
    const int bits = varianceBits(form.element, form.n, form.keepsMean);
    const int64_t sum = form.keepsMean ? 0 : sums.sum, variance = form.n * sums.squares - sum * sum;
    return {(variance << 2 * bits) + form.offset, normalBits(form.element, form.n) + bits};
  }
};

} // namespace tare::kernels

#endif // TARE_KERNELS_NORMALIZATION_H
