//===- Avx512.cpp - The functions' loops for AVX-512 ----------------------===//
#include "BlockLoops.h"

bool tare::kernels::floating::avx512Functions(program::FunctionKind kind, const double *parameters, const float *x,
                                              float *y, int64_t count) {
  return run(kind, parameters, x, y, count);
}
