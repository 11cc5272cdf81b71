//===- Difference.h - How far two tensors are apart -------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPARE_DIFFERENCE_H
#define TARE_DRIVER_COMPARE_DIFFERENCE_H

#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace tare {

/// Sums over compared elements; what they give does not depend on how samples were spread over threads as long as the
/// samples' sums are added in the same order.
struct Difference {
  double product = 0, reference2 = 0, other2 = 0, noise = 0;
  double largest = 0;
  int64_t differing = 0, total = 0;
  /// Elements that are NaN or infinite, in each.
  int64_t nonFiniteReference = 0, nonFiniteOther = 0;

  /// Adds an element.
  void add(double reference, double other);
  /// Adds the elements of two float32 tensors of equal size.
  void add(const Tensor &reference, const Tensor &other);
  void add(const Difference &more);

  /// 1 where both are zero, 0 where one of them is: a result of zeros has no direction, and says nothing of what the
  /// reference did. NaN where an element is NaN or infinite, in either.
  double cosine() const;
  /// Signal to quantization noise in dB; infinite where nothing differs, minus infinity where something does and the
  /// reference is zero. NaN as the cosine.
  double sqnr() const;
  /// Of all elements those that do not differ; 1 of none.
  double equalShare() const { return total == 0 ? 1 : 1 - double(differing) / double(total); }
  bool isFinite() const { return nonFiniteReference == 0 && nonFiniteOther == 0; }
};

inline void Difference::add(double x, double y) {
  double difference = x - y;
  product += x * y;
  reference2 += x * x;
  other2 += y * y;
  ++total;
  nonFiniteReference += !std::isfinite(x);
  nonFiniteOther += !std::isfinite(y);
  if (x == y || (std::isnan(x) && std::isnan(y)))
    return;
  noise += difference * difference;
  // A NaN beside a number differs by more than any number can say.
  largest = std::max(largest, std::isnan(difference) ? std::numeric_limits<double>::infinity() : std::abs(difference));
  ++differing;
}

/// How the dimensions of one tensor become those of another that holds the same value in another layout.
struct Alignment {
  /// Dimension i of the result is dimension order[i].
  std::vector<int64_t> order;
  /// Shape after the reordering: that of the reference.
  Shape shape;

  Tensor apply(const Tensor &tensor) const;
};

/// The ways in which a tensor of shape `other` may hold a value of shape `reference`: as it is, channels-last for
/// channels-first, the reverse, and in any other order, in this sequence. Empty where the shapes allow none.
std::vector<Alignment> alignments(const Shape &reference, const Shape &other);

/// The one under which they differ least.
const Alignment &closest(const std::vector<Alignment> &candidates, const Tensor &reference, const Tensor &other);

/// The same numbers as float32.
Tensor toFloat(const Tensor &tensor);

} // namespace tare

#endif // TARE_DRIVER_COMPARE_DIFFERENCE_H
