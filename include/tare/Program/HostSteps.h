//===- HostSteps.h - What is left to the host at a port ---------*- C++ -*-===//
//
// `--strip-io` takes quantize, dequantize and transpose layers off the boundary
// of a program and records them in its ports. An input's steps lead from what
// the model takes to the program's tensor, an output's from the tensor to what
// the model gives.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_HOSTSTEPS_H
#define TARE_PROGRAM_HOSTSTEPS_H

#include "tare/Program/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <vector>

namespace tare::program {

/// The types along an input's steps: first what the model takes, last `tensor`,
/// the type of the program's tensor. An error where a step is not a quantize or
/// a transpose, or does not fit.
Result<std::vector<TensorType>> inputHostTypes(const PortT &port, const TensorType &tensor);

/// The types along an output's steps: first `tensor`, last what the model
/// gives. An error where a step is not a dequantize or a transpose, or does not
/// fit.
Result<std::vector<TensorType>> outputHostTypes(const PortT &port, const TensorType &tensor);

} // namespace tare::program

#endif // TARE_PROGRAM_HOSTSTEPS_H
