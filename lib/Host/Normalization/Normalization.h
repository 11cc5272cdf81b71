//===- Normalization.h - The parts of that family ---------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_NORMALIZATION_NORMALIZATION_H
#define TARE_LIB_HOST_NORMALIZATION_NORMALIZATION_H

#include "tare/Host/Operator.h"

#include <cmath>

namespace tare::host {

/// The mean and the variance, or with `centered` false 0 and the mean square.
struct Moments {
  double mean = 0, variance = 0;

  template <typename T> static Moments of(const T *x, int64_t count, bool centered = true) {
    Moments found;
    if (centered)
      for (int64_t i = 0; i < count; ++i)
        found.mean += x[i];
    found.mean /= double(count);
    for (int64_t i = 0; i < count; ++i)
      found.variance += (x[i] - found.mean) * (x[i] - found.mean);
    found.variance /= double(count);
    return found;
  }
  double inverseDeviation(double epsilon) const { return 1 / std::sqrt(variance + epsilon); }
};

void addBatchNormalization(Operators &all);
void addLayerNormalizations(Operators &all);
void addSkipNormalizations(Operators &all);
void addSoftmax(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_NORMALIZATION_NORMALIZATION_H
