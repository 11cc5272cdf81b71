//===- InferResult.h - An operator's result, for any bytes ------*- C++ -*-===//
#ifndef TARE_LIB_PROGRAM_INFERRESULT_H
#define TARE_LIB_PROGRAM_INFERRESULT_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <span>

namespace tare::program {

/// OpKernel::infer, also for a union of a kind that this build does not know
/// and for one without a value.
Result<TensorType> inferResult(const OpUnion &op, std::span<const TensorType> operands);

} // namespace tare::program

#endif // TARE_LIB_PROGRAM_INFERRESULT_H
