//===- Avx2.cpp - The functions' loops for AVX2 ---------------------------===//
#include "BlockLoops.h"

bool tare::kernels::floating::avx2Functions(program::FunctionKind kind, const double *parameters, const float *x,
                                            float *y, int64_t count) {
  return run(kind, parameters, x, y, count);
}
