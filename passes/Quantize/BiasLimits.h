//===- BiasLimits.h - Biases of saturated channels --------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_BIASLIMITS_H
#define TARE_PASSES_QUANTIZE_BIASLIMITS_H

#include "Quantize/ReaderLimits.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

namespace tare {

/// A channel whose sums are beyond their limits whatever its input is needs no more of a bias than that.
void limitBias(qnn::AccumulatorOpInterface op, const ReaderLimits &limits);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_BIASLIMITS_H
