//===- Ports.cpp - Inputs and outputs of a C source -----------------------===//
#include "Ports.h"

#include "tare/Tensor/OffsetBinary.h"

#include <fmt/format.h>

using namespace tare;
using namespace tare::csource;

namespace {

using Ports = std::vector<std::unique_ptr<program::PortT>>;

bool isAlone(const runtime::Session &session, const Memory &memory, const program::PortT &port) {
  if (session.model().constant(port.tensor))
    return false;
  const program::ProgramT &program = session.program();
  int ports = 0;
  for (const Ports *list : {&program.inputs, &program.outputs})
    for (const auto &other : *list)
      ports += memory.areJoined(port.tensor, other->tensor);
  return ports == 1;
}

/// Turns the integers without a sign, which are in the arena, to signed ones or back.
std::string toggled(const Port &port, int64_t offset, Unit &unit) {
  ElementType element = port.description.type.element;
  std::string type(typeOf(element));
  std::string kernel = unit.kernel("toggle", kernelName("toggle", element),
                                   {{"U", type}, {"HIGHEST", element == ElementType::u8 ? "0x80" : "0x8000"}});
  return fmt::format("  {}({}, ({} *)(at + {}));\n", kernel, port.description.type.count(), type, offset);
}

} // namespace

std::vector<Port> csource::inputsOf(const runtime::Session &session, const Memory &memory) {
  std::vector<Port> ports;
  for (size_t i = 0; i != session.inputCount(); ++i) {
    const program::PortT &port = *session.program().inputs[i];
    ports.push_back({session.describeInput(i, runtime::Form::program), &port, isAlone(session, memory, port)});
  }
  return ports;
}

std::vector<Port> csource::outputsOf(const runtime::Session &session, const Memory &memory) {
  std::vector<Port> ports;
  for (size_t i = 0; i != session.outputCount(); ++i) {
    const program::PortT &port = *session.program().outputs[i];
    ports.push_back({session.describeOutput(i, runtime::Form::program), &port, isAlone(session, memory, port)});
  }
  return ports;
}

std::string csource::textOfInputs(const std::vector<Port> &inputs, const Memory &memory, Unit &unit) {
  std::string text;
  for (size_t i = 0; i != inputs.size(); ++i) {
    const Port &input = inputs[i];
    int64_t offset = memory.offsetOfTensor(input.port->tensor);
    if (input.isAlone)
      text += fmt::format("  if (inputs[{}] != at + {})\n  ", i, offset);
    text += fmt::format("  memcpy(at + {}, inputs[{}], {});\n", offset, i, input.description.type.bytes());
    if (input.port->is_unsigned)
      text += toggled(input, offset, unit);
  }
  return text;
}

std::string csource::textOfOutputs(const std::vector<Port> &outputs, const program::Model &model, const Memory &memory,
                                   Unit &unit, std::vector<Constant> &constants) {
  std::string text;
  for (size_t i = 0; i != outputs.size(); ++i) {
    const Port &output = outputs[i];
    uint32_t tensor = output.port->tensor;
    const TensorType &type = output.description.type;
    if (const void *data = model.constant(tensor)) {
      Tensor values(model.type(tensor), nullptr, data);
      values = output.port->is_unsigned ? shiftedByHalf(values) : values;
      constants.push_back({fmt::format("output_{}", i), std::string(typeOf(type.element)), elements(values.view()),
                           type.count(), int64_t(type.bytes())});
      text += fmt::format("  memcpy(outputs[{}], {}, {});\n", i, constants.back().name, type.bytes());
      continue;
    }
    int64_t offset = memory.offsetOfTensor(tensor);
    if (output.port->is_unsigned)
      text += toggled(output, offset, unit);
    if (output.isAlone)
      text += fmt::format("  if (outputs[{}] != at + {})\n  ", i, offset);
    text += fmt::format("  memcpy(outputs[{}], at + {}, {});\n", i, offset, type.bytes());
    if (output.port->is_unsigned && !output.isAlone)
      text += toggled(output, offset, unit);
  }
  return text;
}
