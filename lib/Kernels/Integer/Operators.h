//===- Operators.h - The kernels that the registry lists --------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_OPERATORS_H
#define TARE_LIB_KERNELS_INTEGER_OPERATORS_H

#include "tare/Kernels/Registry.h"

namespace tare::kernels {

extern const OpKernel convKernel, convTransposeKernel, linearKernel, matMulKernel, addKernel, mulKernel, rescaleKernel,
    lookupKernel, maxPoolKernel, averagePoolKernel, reduceMeanKernel, softmaxKernel, concatKernel, sliceKernel,
    padKernel, reshapeKernel, transposeKernel, resizeKernel, quantizeKernel, dequantizeKernel, hostKernel,
    loopBeginKernel, loopEndKernel;

/// For operators that multiply and accumulate nothing.
inline int64_t noMacs(const program::OpUnion &, std::span<const TensorType>, const TensorType &) { return 0; }

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_OPERATORS_H
