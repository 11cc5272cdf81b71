//===- InspectProgram.cpp - What there is to know of a program ------------===//
#include "Driver/Inspect/Headroom.h"
#include "Driver/Inspect/Inspection.h"

#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Reader.h"
#include "tare/Proof/Requantizer.h"
#include "tare/Runtime/Session.h"

using namespace tare;
using runtime::Form;

namespace {

using Layers = std::vector<std::unique_ptr<program::LayerT>>;

InspectedGrid gridOf(const std::vector<double> &scales, int64_t axis, int64_t zeroPoint) {
  InspectedGrid grid{scales, std::vector<int64_t>(scales.size(), zeroPoint), std::nullopt};
  if (scales.size() > 1)
    grid.axis = axis;
  return grid;
}

InspectedPort portOf(const program::PortT &port, const runtime::PortDescription &description) {
  InspectedPort result{port.name,
                       description.type,
                       description.layout,
                       gridOf(description.scales, description.axis, description.zeroPoint),
                       {},
                       port.model_output};
  for (const auto &step : port.host_steps)
    result.hostSteps.push_back({std::string(kernels::lookup(step->op.type)->name), step->op, step->operand_count});
  return result;
}

void setFactors(InspectedLayer &layer, const program::OpUnion &op) {
  if (const program::RequantT *requant = kernels::requantOf(op)) {
    layer.multipliers.assign(requant->multipliers.begin(), requant->multipliers.end());
    const std::vector<uint8_t> &shifts = kernels::shiftsOf(*requant);
    layer.shifts.assign(shifts.begin(), shifts.end());
    if (requant->stages)
      layer.stages = *requant->stages;
    if (requant->function)
      layer.function = *requant->function;
  } else if (const auto *add = op.AsAdd()) {
    layer.multipliers = {add->lhs_multiplier, add->rhs_multiplier};
    layer.shifts = {add->shift};
  }
}

InspectedLayer layerOf(const program::Model &model, const program::LayerT &layer, uint32_t index) {
  const program::TensorT &result = *model.program().tensors[index];
  const kernels::OpKernel &kernel = *kernels::lookup(layer.op.type);
  InspectedLayer inspected{layer.name,
                           result.name,
                           program::kindOf(layer.op),
                           model.type(index),
                           gridOf(result.scales, result.axis, result.zero_point),
                           {},
                           {},
                           std::nullopt,
                           std::nullopt,
                           std::nullopt,
                           0,
                           {}};
  inspected.isHost = layer.op.type == program::Op::Host;
  setFactors(inspected, layer.op);
  inspected.headroom = headroomOf(model, layer);
  std::vector<TensorType> operands;
  for (uint32_t operand : layer.operands) {
    operands.push_back(model.type(operand));
    const program::TensorT &tensor = *model.program().tensors[operand];
    if (tensor.constant)
      inspected.constants.push_back(
          {tensor.name, model.type(operand), gridOf(tensor.scales, tensor.axis, tensor.zero_point)});
  }
  inspected.macs = kernel.macs(layer.op, operands, inspected.output);
  return inspected;
}

} // namespace

Result<Inspection> tare::inspectProgram(const std::string &path) {
  auto model = program::readFile(path);
  if (!model)
    return model.error();
  auto session = runtime::Session::create(*model);
  if (!session)
    return session.error();
  const program::ProgramT &program = (*model)->program();
  Inspection result;
  result.kind = "program";
  result.target = program.target ? program.target->name : "";
  if (Result<Target> target = parseTarget(program.target ? program.target->description : "", path))
    result.operators = target->operators;
  result.producer = program.producer;
  for (size_t i = 0; i != program.inputs.size(); ++i)
    result.inputs.push_back(portOf(*program.inputs[i], (*session)->describeInput(i, Form::program)));
  for (size_t i = 0; i != program.outputs.size(); ++i)
    result.outputs.push_back(portOf(*program.outputs[i], (*session)->describeOutput(i, Form::program)));
  for (size_t i = 0; i != program.layers.size(); ++i)
    for (uint32_t index : program::resultsOf(*program.layers[i])) {
      result.layers.push_back(layerOf(**model, *program.layers[i], index));
      result.layers.back().macs *= (*session)->runsOf(i);
    }
  for (size_t i = 0; i != program.tensors.size(); ++i)
    if (program.tensors[i]->constant)
      result.parameters += (*model)->type(i).count();
  result.memory = {int64_t(program.arena_bytes), int64_t(program.arena_lower_bound), int64_t(program.constant_bytes)};
  return result;
}
