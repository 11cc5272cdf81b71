//===- DepthwiseFast.h - Convolution of each channel by itself --*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_DEPTHWISEFAST_H
#define TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_DEPTHWISEFAST_H

#include "../Vector.h"

#include "tare/Kernels/Registry.h"

namespace tare::kernels {

/// A kernel for as many groups as input and output channels; nullptr for
/// other convolutions.
std::unique_ptr<FastKernel> prepareDepthwise(const program::ConvT &conv, std::span<const Operand> operands,
                                             const TensorType &result);

/// For i8 where the set multiplies bytes and the requantization fits integers; else nullptr.
std::unique_ptr<FastKernel> prepareDepthwiseBytes(const program::ConvT &conv, std::span<const Operand> operands,
                                                  const VectorSet &set);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_DEPTHWISEFAST_H
