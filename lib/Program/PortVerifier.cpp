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

/// What a real number is as an integer must be said: whoever makes raw inputs, or reads them, needs it.
Status verifyHasGrid(const PortT &port, const TensorType &value, const TensorType &integers) {
  if (!port.scales.empty() || value.element != ElementType::f32 || integers.element == ElementType::f32)
    return success();
  return Error{fmt::format("'{}' takes real numbers as {}, but has no scale", port.name, nameOf(integers.element))};
}

/// Only integers have another signedness; `value` is what the model takes or gives, `tensor` the program's.
Status verifySign(const PortT &port, const TensorType &value, const TensorType &tensor) {
  bool integers = value.element == tensor.element && tensor.element != ElementType::f32;
  if (!port.is_unsigned || integers)
    return success();
  return Error{fmt::format("'{}' is said to be unsigned, but the model has {} there and the program {}", port.name,
                           nameOf(value.element), nameOf(tensor.element))};
}

/// Only real numbers have a format; `value` is what the model gives.
Status verifyFormat(const PortT &port, const TensorType &value) {
  if (port.float_format > FloatFormat::MAX)
    return Error{fmt::format("'{}' has the format {}, expected at most {}", port.name, int(port.float_format),
                             int(FloatFormat::MAX))};
  if (port.float_format == FloatFormat::f32 || value.element == ElementType::f32)
    return success();
  return Error{fmt::format("'{}' is said to be {} in the model, but is {} there", port.name,
                           EnumNameFloatFormat(port.float_format), nameOf(value.element))};
}

/// What the host makes of the outputs.
Status verifyModelOutputs(const ProgramT &program) {
  std::vector<TensorType> types;
  for (const auto &port : program.outputs)
    types.push_back(typeOf(*program.tensors[port->tensor]));
  auto host = hostOutputs(program.outputs, types);
  if (!host)
    return host.error();
  std::set<std::string_view> names;
  for (const ModelOutput &output : host->outputs)
    if (!names.insert(output.name).second)
      return Error{fmt::format("two of the model's outputs are named '{}'", output.name)};
  for (const ModelOutput &output : host->outputs)
    for (size_t port = output.firstPort; port <= output.lastPort; ++port)
      for (auto status : {verifySign(*program.outputs[port], host->values[output.endValue - 1].type, types[port]),
                          verifyFormat(*program.outputs[port], host->values[output.endValue - 1].type)})
        if (!status)
          return status;
  return success();
}

} // namespace

Status verifyPorts(const ProgramT &program, const std::vector<TensorUse> &uses) {
  for (const Ports *ports : {&program.inputs, &program.outputs})
    if (auto status = verifyNames(*ports); !status)
      return status;
  auto type = [&](uint32_t tensor) { return typeOf(*program.tensors[tensor]); };
  for (const auto &port : program.inputs) {
    auto types = inputHostTypes(*port, type(port->tensor));
    if (!types)
      return types.error();
    if (auto status = verifySign(*port, types->front(), types->back()); !status)
      return status;
    TensorType integers = type(inputBoundary(program, uses, *port).tensor);
    if (auto status = verifyHasGrid(*port, types->front(), integers); !status)
      return status;
    if (auto status = verifyPortGrid(*port, integers); !status)
      return status;
  }
  if (auto status = verifyModelOutputs(program); !status)
    return status;
  for (const auto &port : program.outputs) {
    if (auto status = verifyPortGrid(*port, type(outputBoundary(program, uses, *port).tensor)); !status)
      return status;
  }
  return success();
}

} // namespace tare::program
