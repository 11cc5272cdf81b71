//===- TapShares.h - How often a weight meets its input ---------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_TAPSHARES_H
#define TARE_PASSES_QUANTIZE_TAPSHARES_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <vector>

namespace tare {

/// Of each place in a kernel, in the order of the weights, the share of a layer's results in which it meets the input,
/// and no border of zeros. Of a transposed convolution, which leaves out most places of most results, the same. One
/// place, of which the share is 1, where there is no window.
std::vector<double> tapShares(qnn::AccumulatorOpInterface op);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_TAPSHARES_H
