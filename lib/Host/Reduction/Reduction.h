//===- Reduction.h - The parts of the reductions' family --------*- C++ -*-===//
#ifndef TARE_LIB_HOST_REDUCTION_REDUCTION_H
#define TARE_LIB_HOST_REDUCTION_REDUCTION_H

#include "tare/Host/Operator.h"

namespace tare::host {

/// ArgMax, ArgMin, CumSum, CumProd.
void addAlongAxis(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_REDUCTION_REDUCTION_H
