//===- ChannelProduct.h - Products by a number per channel ------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_CHANNELPRODUCT_H
#define TARE_PASSES_QUANTIZE_CHANNELPRODUCT_H

#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Target/Target.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// Makes the product of an activation and `constant`, a dequantized constant of 8 bits with one element and one scale
/// per index of one axis, a convolution of each index with itself, whose weights the constant's integers are: exact.
/// False, and nothing is changed, where `op` is no such product, or the target has no such convolution.
bool replaceProduct(mlir::Operation *op, mlir::OpOperand &constant, const Target &target);

/// Makes the product of an activation and the numbers `reals` of `constant`, which may be one per index of several
/// neighbouring axes, such a convolution of float weights: each gets a scale of its own, on which it is 127 or -127.
/// False in the same cases.
bool replaceProductByReals(mlir::Operation *op, mlir::OpOperand &constant, const Tensor &reals, const Target &target);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_CHANNELPRODUCT_H
