//===- HostSteps.h - What is left to the host at a port ---------*- C++ -*-===//
//
// `--strip-io` takes layers off the boundary of a program and records them in
// its ports. An input's steps lead from what the model takes to the program's
// tensor, an output's from the tensor to what the model gives, or to a part of
// it, which a later output's steps join to others.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_HOSTSTEPS_H
#define TARE_PROGRAM_HOSTSTEPS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tare::program {

/// The types along an input's steps: first what the model takes, last `tensor`,
/// the type of the program's tensor. An error where a step is not a quantize or
/// a transpose, or does not fit.
Result<std::vector<TensorType>> inputHostTypes(const PortT &port, const TensorType &tensor);

/// A value that the host has: an output of the program, or what a step makes.
struct HostValue {
  TensorType type;
  /// The output that it is, or whose step makes it.
  size_t port = 0;
  /// The step; nullptr for the output itself.
  const OpUnion *op = nullptr;
  /// What the step takes: indices of values before. Each value is taken once.
  std::vector<size_t> operands;
};

/// An output of the model.
struct ModelOutput {
  std::string name;
  /// What it is made of, the last being itself: values [firstValue, endValue)
  /// of outputs [firstPort, lastPort].
  size_t firstValue = 0, endValue = 0;
  size_t firstPort = 0, lastPort = 0;

  bool isJoined() const { return firstPort != lastPort; }
};

/// All that the host does with a program's outputs, in the order in which it
/// does it. The model's outputs are no more than the program's.
struct HostOutputs {
  std::vector<HostValue> values;
  std::vector<ModelOutput> outputs;
};

/// Follows the steps of the outputs `ports`, whose tensors are of these types.
/// An error where a step is none that a host does behind an output, or does not
/// fit, and where outputs are joined to one without a name.
Result<HostOutputs> hostOutputs(const std::vector<std::unique_ptr<PortT>> &ports, std::span<const TensorType> tensors);

} // namespace tare::program

#endif // TARE_PROGRAM_HOSTSTEPS_H
