//===- Norms.h - A normalization's parameters as integers -------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_NORMS_H
#define TARE_DIALECT_QNN_NORMS_H

#include "tare/Dialect/Qnn/QnnOps.h"

#include <vector>

namespace tare::qnn {

/// (A73) gamma and beta, one of each or one per index of the axis.
struct NormIntegers {
  std::vector<int16_t> gamma;
  std::vector<int32_t> beta;
  /// Of gamma, a power of two; beta's is 2^-f of it.
  double scale = 1;
  int fractionBits = 0;
  /// The largest magnitude of the accumulator.
  int64_t reach = 0;
};

/// Of an op whose result has so many bits.
NormIntegers integersOf(NormalizeOp op, unsigned bits);

/// (A71) epsilon beside the variance of integers of so many bits with this step, in [1, 2^62].
int64_t offsetOf(NormalizeOp op, unsigned bits, double scale);

/// (A71) Whether the op has an integer form of so many bits.
bool hasIntegerForm(NormalizeOp op, unsigned bits);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_NORMS_H
