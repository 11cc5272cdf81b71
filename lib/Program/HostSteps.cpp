//===- HostSteps.cpp - What is left to the host at a port -----------------===//
#include "tare/Program/HostSteps.h"

#include "InferResult.h"
#include "tare/Kernels/Registry.h"

#include <fmt/format.h>

namespace tare::program {

Result<TensorType> inferResult(const OpUnion &op, std::span<const TensorType> operands) {
  const kernels::OpKernel *kernel = kernels::lookup(op.type);
  if (!kernel)
    return Error{fmt::format("operator {} is unknown to this build", static_cast<int>(op.type))};
  if (!op.value)
    return Error{fmt::format("{} has no parameters", kernel->name)};
  return kernel->infer(op, operands);
}

namespace {

/// What a transpose must have read to give `result`; infer has the last word on
/// whether the permutation is one.
Result<TensorType> beforeTranspose(const TransposeT &op, const TensorType &result) {
  TensorType operand{result.element, Shape(result.shape.size(), 1)};
  if (op.permutation.size() != result.shape.size())
    return Error{fmt::format("transpose permutes {} dimensions of a tensor of rank {}", op.permutation.size(),
                             result.shape.size())};
  for (size_t i = 0; i != op.permutation.size(); ++i) {
    uint32_t from = op.permutation[i];
    if (from >= operand.shape.size())
      return Error{fmt::format("transpose refers to dimension {} of {}", op.permutation[i], operand.shape.size())};
    operand.shape[from] = result.shape[i];
  }
  return operand;
}

Result<TensorType> beforeInputStep(const OpUnion &op, const TensorType &result) {
  if (op.value && op.type == Op::Quantize)
    return TensorType{ElementType::f32, result.shape};
  if (op.value && op.type == Op::Transpose)
    return beforeTranspose(*op.AsTranspose(), result);
  return Error{"a step before an input is neither a quantize nor a transpose"};
}

Error inPort(const PortT &port, const Error &error) {
  return Error{fmt::format("host steps of '{}': {}", port.name, error.message)};
}

} // namespace

Result<std::vector<TensorType>> inputHostTypes(const PortT &port, const TensorType &tensor) {
  size_t count = port.host_steps.size();
  std::vector<TensorType> types(count + 1);
  types[count] = tensor;
  for (size_t i = count; i-- != 0;) {
    const OpUnion &op = port.host_steps[i]->op;
    auto operand = beforeInputStep(op, types[i + 1]);
    if (!operand)
      return inPort(port, operand.error());
    types[i] = *operand;
    auto result = inferResult(op, std::span(&types[i], 1));
    if (!result)
      return inPort(port, result.error());
    if (*result != types[i + 1])
      return inPort(port, Error{fmt::format("step {} gives {}, not {}", i, toString(*result), toString(types[i + 1]))});
  }
  return types;
}

Result<std::vector<TensorType>> outputHostTypes(const PortT &port, const TensorType &tensor) {
  std::vector<TensorType> types{tensor};
  for (const auto &step : port.host_steps) {
    if (step->op.type != Op::Dequantize && step->op.type != Op::Transpose)
      return inPort(port, Error{"a step after an output is neither a dequantize nor a transpose"});
    auto result = inferResult(step->op, std::span(&types.back(), 1));
    if (!result)
      return inPort(port, result.error());
    types.push_back(*result);
  }
  return types;
}

} // namespace tare::program
