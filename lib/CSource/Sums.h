//===- Sums.h - The types that sums need ------------------------*- C++ -*-===//
#ifndef TARE_LIB_CSOURCE_SUMS_H
#define TARE_LIB_CSOURCE_SUMS_H

#include "tare/Kernels/OpFacts.h"

#include <string>

namespace tare::csource {

/// What holds a layer's sums. No sum, also of some of the terms, is larger than `largest`.
struct Sums {
  int64_t largest = 0;
  /// The type to sum in: without a sign where sums wrap, as programs define it.
  std::string type;
  /// That of the whole sum.
  std::string whole;
};

/// a * b and a + b of magnitudes, limited to int64's greatest.
int64_t limitedProduct(int64_t a, int64_t b);
int64_t limitedSum(int64_t a, int64_t b);

/// The largest |x - zeroPoint| of an integer type.
int64_t largestDistance(ElementType element, int64_t zeroPoint);

/// The type for sums that are exact, at most 2^62 large.
Sums exactSums(int64_t largest);
/// That for sums of products with activations of this type, defined modulo 2^32 (i8) or 2^64 (i16).
Sums productSums(ElementType activation, int64_t largest);

/// The largest |bias| + sum of |weight| * `factor` of all outputs, whose weights are the rows of `weights`.
int64_t largestWeightedSum(const kernels::Operand &weights, const kernels::Operand &bias, int64_t factor);

} // namespace tare::csource

#endif // TARE_LIB_CSOURCE_SUMS_H
