//===- ConvFast.h - Fast convolutions and products --------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_CONVFAST_H
#define TARE_LIB_KERNELS_INTEGER_FAST_CONVFAST_H

#include "tare/Kernels/Registry.h"

namespace tare::kernels {

std::unique_ptr<FastKernel> prepareConv(const program::OpUnion &op, std::span<const Operand> operands,
                                        const TensorType &result);
std::unique_ptr<FastKernel> prepareLinear(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result);
std::unique_ptr<FastKernel> prepareMatMul(const program::OpUnion &op, std::span<const Operand> operands,
                                          const TensorType &result);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_CONVFAST_H
