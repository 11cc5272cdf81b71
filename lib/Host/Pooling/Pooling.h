//===- Pooling.h - What the kinds of poolings share -------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_POOLING_POOLING_H
#define TARE_LIB_HOST_POOLING_POOLING_H

#include "Windows.h"

namespace tare::host {

/// Those of whole planes, and what undoes one.
void addOtherPoolings(Operators &all);

void expectFloatsToPool(Inference &n);
/// The exponent of a norm, which was a float once.
double exponentOf(const Attributes &attributes);
void checkExponent(Inference &n);

} // namespace tare::host

#endif // TARE_LIB_HOST_POOLING_POOLING_H
