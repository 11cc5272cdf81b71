//===- Conv.h - Convolution's shapes ----------------------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_CONVOLUTION_CONV_H
#define TARE_LIB_KERNELS_INTEGER_CONVOLUTION_CONV_H

#include "../Window.h"

namespace tare::kernels {

/// What convolution and transposed convolution check alike.
struct ConvolutionAttributes {
  WindowLists lists;
  int64_t group, inputZeroPoint;
  const program::RequantT *requant;
};
/// Types, ranks, groups and lists of input, weights and bias: all but the
/// result's shape.
Status checkConvolution(const ConvolutionAttributes &attributes, std::span<const TensorType> operands);

/// A convolution's sizes as two-dimensional ones.
struct ConvGeometry {
  Window window;
  int64_t batch = 1, inputChannels = 1, outputChannels = 1, group = 1;

  int64_t groupInputs() const { return inputChannels / group; }
  int64_t groupOutputs() const { return outputChannels / group; }
};
/// Of operand types that passed infer.
ConvGeometry convGeometry(const program::ConvT &conv, const Shape &input, const Shape &weights);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_CONVOLUTION_CONV_H
