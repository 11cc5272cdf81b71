//===- Matrix.h - The parts of that family ----------------------*- C++ -*-===//
#ifndef TARE_LIB_HOST_MATRIX_MATRIX_H
#define TARE_LIB_HOST_MATRIX_MATRIX_H

#include "tare/Host/Operator.h"

namespace tare::host {

void addEinsum(Operators &all);
void addMatMulNBits(Operators &all);

} // namespace tare::host

#endif // TARE_LIB_HOST_MATRIX_MATRIX_H
