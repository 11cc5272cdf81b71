//===- Resampling.h - What a smooth Resize sums -----------------*- C++ -*-===//
#ifndef TARE_HOST_RESAMPLING_H
#define TARE_HOST_RESAMPLING_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// One axis of a Resize or Upsample by weighted sums, all in double.
struct ResampledAxis {
  size_t axis = 0;
  /// The elements that make up result i are begins[i] to begins[i + 1] of these, in that order; none outside of the
  /// operand, where `extrapolation` stands in its place.
  std::vector<int64_t> begins, sources;
  std::vector<double> weights;
};

struct Resampling {
  /// In the order in which they are resized, one after the other; those that stay as they are are left out.
  std::vector<ResampledAxis> axes;
  double extrapolation = 0;
};

/// What a node resizes by, if its operands but the first are there; nothing where it takes nearest elements.
std::optional<Resampling> resamplingOf(const Node &node, std::span<const Tensor *const> operands);

} // namespace tare::host

#endif // TARE_HOST_RESAMPLING_H
