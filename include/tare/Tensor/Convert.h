//===- Convert.h - Elements of one type as another --------------*- C++ -*-===//
//
// Only conversions that keep the meaning: to float from any number (rounding to
// the nearest), between integers where every value fits.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_CONVERT_H
#define TARE_TENSOR_CONVERT_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// Whether arrays of `from` may be given where `to` is declared. Values are
/// still checked where not all of them fit.
bool isConvertible(ElementType from, ElementType to);

/// Converts all elements; an integer that does not fit is an error, and so is a finite number that would be infinite.
Status convert(ConstTensorView from, TensorView to);

/// IEEE half precision to single precision, exactly.
float halfToFloat(uint16_t half);

/// The nearest number of IEEE half precision, ties to the even one: infinity beyond 65504, subnormal below 2^-14.
float roundToHalf(float value);
/// The nearest bfloat16 number: a float32 with 8 bits of significand.
float roundToBfloat16(float value);
/// float32 numbers rounded so: as f16; and as float32 ones that bfloat16 has.
Tensor toHalf(const Tensor &values);
Tensor toBfloat16(const Tensor &values);

} // namespace tare

#endif // TARE_TENSOR_CONVERT_H
