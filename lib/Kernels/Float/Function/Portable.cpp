//===- Portable.cpp - The functions' loops for any processor --------------===//
#include "BlockLoops.h"

bool tare::kernels::floating::portableFunctions(program::FunctionKind kind, const double *parameters, const float *x,
                                                float *y, int64_t count) {
  return run(kind, parameters, x, y, count);
}
