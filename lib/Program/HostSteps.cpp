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

namespace {

bool isOutputStep(Op kind) {
  switch (kind) {
  case Op::Dequantize:
  case Op::Transpose:
  case Op::Reshape:
  case Op::Slice:
  case Op::Concat:
    return true;
  default:
    return false;
  }
}

/// Runs the steps on types: a value that no step has taken yet lies on the stack.
class OutputFollower {
public:
  Result<HostOutputs> run(const std::vector<std::unique_ptr<PortT>> &ports, std::span<const TensorType> tensors) {
    for (size_t i = 0; i != ports.size(); ++i) {
      untaken.push_back({ports[i]->name, host.values.size(), host.values.size() + 1, i, i});
      host.values.push_back({tensors[i], i, nullptr, {}});
      for (const auto &step : ports[i]->host_steps)
        if (auto status = take(*step, i); !status)
          return inPort(*ports[i], status.error());
      if (auto status = name(*ports[i]); !status)
        return inPort(*ports[i], status.error());
    }
    for (const ModelOutput &output : untaken)
      if (output.name.empty())
        return inPort(*ports[output.lastPort], Error{"outputs are joined to one that has no name"});
    host.outputs = std::move(untaken);
    return std::move(host);
  }

private:
  /// The step takes its operands from the stack, and puts its result there.
  Status take(const HostStepT &step, size_t port) {
    if (!isOutputStep(step.op.type))
      return Error{"a step after an output is no dequantize, transpose, reshape, slice or concat"};
    if (step.operand_count == 0 || step.operand_count > untaken.size())
      return Error{fmt::format("a step takes {} values of {}", step.operand_count, untaken.size())};
    auto first = untaken.end() - step.operand_count;
    HostValue value{{}, port, &step.op, {}};
    std::vector<TensorType> types;
    for (auto operand = first; operand != untaken.end(); ++operand) {
      value.operands.push_back(operand->endValue - 1);
      types.push_back(host.values[operand->endValue - 1].type);
    }
    auto result = inferResult(step.op, types);
    if (!result)
      return result.error();
    value.type = *result;
    host.values.push_back(std::move(value));
    first->endValue = host.values.size();
    if (first->firstPort != port)
      first->name.clear();
    first->lastPort = port;
    untaken.erase(first + 1, untaken.end());
    return success();
  }

  Status name(const PortT &port) {
    if (port.model_output.empty())
      return success();
    if (!untaken.back().isJoined())
      return Error{fmt::format("nothing is joined to '{}'", port.model_output)};
    untaken.back().name = port.model_output;
    return success();
  }

  HostOutputs host;
  std::vector<ModelOutput> untaken;
};

} // namespace

Result<HostOutputs> hostOutputs(const std::vector<std::unique_ptr<PortT>> &ports, std::span<const TensorType> tensors) {
  return OutputFollower().run(ports, tensors);
}

} // namespace tare::program
