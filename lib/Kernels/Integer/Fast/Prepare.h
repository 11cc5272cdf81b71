//===- Prepare.h - The fast kernels' constructors ---------------*- C++ -*-===//
//
// Each is an OpKernel::prepare: nullptr where the reference is all there is.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_PREPARE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_PREPARE_H

#include "tare/Kernels/Registry.h"

namespace tare::kernels {

using Prepare = std::unique_ptr<FastKernel>(const program::OpUnion &op, std::span<const Operand> operands,
                                            const TensorType &result);

Prepare prepareConv, prepareConvTranspose, prepareLinear, prepareMatMul, prepareAdd, prepareMul, prepareRescale,
    prepareLookup, prepareMaxPool, prepareAveragePool, prepareReduceMean, prepareSoftmax, prepareConcat, prepareSlice,
    preparePad, prepareReshape, prepareTranspose, prepareResize, prepareQuantize, prepareDequantize, prepareNormalize,
    prepareGather;

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_PREPARE_H
