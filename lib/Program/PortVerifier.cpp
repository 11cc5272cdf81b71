//===- PortVerifier.cpp - Inputs and outputs describe themselves ----------===//
#include "PortVerifier.h"

#include "GridVerifier.h"
#include "tare/Program/HostSteps.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

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
Status verifyPortGrid(const PortT &port, const TensorType &integers) {
  Status status = verifyGrid(port.scales, port.axis, integers);
  return status ? status : Error{fmt::format("'{}' {}", port.name, status.error().message)};
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
    if (auto status = verifyPortGrid(*port, type(inputBoundary(program, uses, *port).tensor)); !status)
      return status;
  }
  for (const auto &port : program.outputs) {
    if (auto types = outputHostTypes(*port, type(port->tensor)); !types)
      return types.error();
    if (auto status = verifyPortGrid(*port, type(outputBoundary(program, uses, *port).tensor)); !status)
      return status;
  }
  return success();
}

} // namespace tare::program
