//===- PortVerifier.cpp - Inputs and outputs describe themselves ----------===//
#include "PortVerifier.h"

#include "tare/Program/HostSteps.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace tare::program {
namespace {

using Ports = std::vector<std::unique_ptr<PortT>>;

Status verifyNames(const Ports &ports) {
  std::set<std::string_view> names;
  for (const auto &port : ports) {
    if (port->name.empty())
      return Error{"an input or output has no name"};
    if (!names.insert(port->name).second)
      return Error{fmt::format("two inputs or two outputs are named '{}'", port->name)};
  }
  return success();
}

/// `integers` is the tensor that the scales, the axis and the zero point belong to. There are no scales where the model
/// itself takes or gives integers and does not say what they mean.
Status verifyGrid(const PortT &port, const TensorType &integers) {
  for (double scale : port.scales)
    if (!std::isfinite(scale) || scale <= 0)
      return Error{fmt::format("'{}' has a scale of {}, expected a positive number", port.name, scale)};
  if (port.scales.size() <= 1)
    return success();
  if (port.axis < 0 || static_cast<size_t>(port.axis) >= integers.shape.size() ||
      static_cast<uint64_t>(integers.shape[port.axis]) != port.scales.size())
    return Error{fmt::format("'{}' has {} scales along axis {} of {}, expected one or as many as channels", port.name,
                             port.scales.size(), port.axis, toString(integers))};
  return success();
}

} // namespace

Status verifyPorts(const ProgramT &program, const std::vector<TensorUse> &uses) {
  for (const Ports *ports : {&program.inputs, &program.outputs})
    if (auto status = verifyNames(*ports); !status)
      return status;
  auto type = [&](uint32_t tensor) { return typeOf(*program.tensors[tensor]); };
  for (const auto &port : program.inputs) {
    if (auto types = inputHostTypes(*port, type(port->tensor)); !types)
      return types.error();
    if (auto status = verifyGrid(*port, type(inputBoundary(program, uses, *port).tensor)); !status)
      return status;
  }
  for (const auto &port : program.outputs) {
    if (auto types = outputHostTypes(*port, type(port->tensor)); !types)
      return types.error();
    if (auto status = verifyGrid(*port, type(outputBoundary(program, uses, *port).tensor)); !status)
      return status;
  }
  return success();
}

} // namespace tare::program
