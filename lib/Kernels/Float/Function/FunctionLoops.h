//===- FunctionLoops.h - Functions in loops for a processor --- -*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_FUNCTIONLOOPS_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_FUNCTIONLOOPS_H

#include "tare/Schema/program_generated.h"

#include <cstdint>

namespace tare::kernels::floating {

/// y = f(x), where y may be x; false for functions that these loops do not have.
using FunctionLoops = bool (*)(program::FunctionKind kind, const double *parameters, const float *x, float *y,
                               int64_t count);

bool portableFunctions(program::FunctionKind kind, const double *parameters, const float *x, float *y, int64_t count);
bool avx2Functions(program::FunctionKind kind, const double *parameters, const float *x, float *y, int64_t count);
bool avx512Functions(program::FunctionKind kind, const double *parameters, const float *x, float *y, int64_t count);

} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_FUNCTIONLOOPS_H
