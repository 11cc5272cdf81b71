//===- GridVerifier.h - Scales that fit their tensor ------------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_GRIDVERIFIER_H
#define TARE_LIB_PROGRAM_GRIDVERIFIER_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

namespace tare::program {

/// Scales are positive numbers: none, one, or as many as `integers` has channels along `axis`. The error continues a
/// sentence whose subject is the tensor or port.
Status verifyGrid(const std::vector<double> &scales, int32_t axis, const TensorType &integers);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_GRIDVERIFIER_H
