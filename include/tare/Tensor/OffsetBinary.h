//===- OffsetBinary.h - Unsigned integers as signed ones --------*- C++ -*-===//
//
// Programs compute on signed integers. What a model has as unsigned ones enters
// and leaves as u = q + 2^(bits - 1): docs/arithmetic.md, (A54).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_OFFSETBINARY_H
#define TARE_TENSOR_OFFSETBINARY_H

#include "tare/Tensor/Tensor.h"

namespace tare {

/// The integer type of the same width without a sign; other types as they are.
ElementType unsignedOf(ElementType type);
/// The integer type of the same width with a sign; other types as they are.
ElementType signedOf(ElementType type);
/// 2^(bits - 1) of an integer type: what lies between its unsigned and its signed integers.
int64_t halfRange(ElementType type);

/// Signed integers from unsigned ones or the reverse, which is the same: adds 2^(bits - 1) modulo 2^bits. `from` and
/// `to` have as many integers of the same width; they may be the same memory.
void shiftByHalf(ConstTensorView from, TensorView to);
/// The same, in memory of its own: of the type's other signedness.
Tensor shiftedByHalf(const Tensor &integers);

} // namespace tare

#endif // TARE_TENSOR_OFFSETBINARY_H
