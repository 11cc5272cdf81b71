//===- Ports.cpp - Inputs and outputs as TFLite has them ------------------===//
#include "Ports.h"

using namespace tare;
using namespace tare::tflite;

namespace {

/// u = q + 128 and its zero point with it: the same number.
constexpr int64_t unsignedOffset = 128;

TensorFacts unsignedFacts(TensorFacts facts) {
  facts.type = schema::TensorType::UINT8;
  facts.grid.zeroPoint += unsignedOffset;
  return facts;
}

/// What a port's tensor is; the grid of one that is cast elsewhere is the port's.
Result<TensorFacts> factsOfPort(const program::Model &model, const program::PortT &port) {
  const program::TensorT &tensor = *model.program().tensors[port.tensor];
  Result<TensorFacts> facts = factsOf(tensor);
  if (!facts)
    return Error{fmt::format("'{}': {}", port.name, facts.error().message)};
  if (port.is_unsigned && (tensor.type != ElementType::i8 || !facts->grid.isKnown()))
    return Error{fmt::format("'{}' has unsigned integers of {} bits, and TFLite's have 8 and a grid: take real numbers "
                             "there (convert the float model)",
                             port.name, 8 * sizeOf(tensor.type))};
  return facts;
}

Result<Port> addInput(const program::Model &model, const program::PortT &port, Network &network, Places &places) {
  Result<TensorFacts> facts = factsOfPort(model, port);
  if (!facts)
    return facts.error();
  if (!port.is_unsigned)
    return Port{port.name, places[port.tensor] = network.addTensor(port.name, std::move(*facts))};
  const Index given = network.addTensor(port.name, unsignedFacts(*facts));
  const Index integers = network.addTensor(port.name + ".signed", std::move(*facts));
  network.addOperator(BuiltinOperator::QUANTIZE, {given}, integers, schema::QuantizeOptionsT());
  places[port.tensor] = integers;
  return Port{port.name, given};
}

/// A constant that leaves as it is.
Index placeOf(const program::Model &model, const program::PortT &port, TensorFacts facts, Network &network,
              Places &places) {
  if (auto place = places.find(port.tensor); place != places.end())
    return place->second;
  const std::span bytes(static_cast<const std::byte *>(model.constant(port.tensor)), model.type(port.tensor).bytes());
  return places[port.tensor] = network.addConstant(port.name, std::move(facts), bytes);
}

/// What is neither a constant nor an input.
bool isMade(const program::Model &model, const program::PortT &port, const Places &places) {
  return !model.program().tensors[port.tensor]->constant && !places.contains(port.tensor);
}

Result<Port> addOutput(const program::Model &model, const program::PortT &port, Network &network, Places &places) {
  Result<TensorFacts> facts = factsOfPort(model, port);
  if (!facts)
    return facts.error();
  const Index integers = placeOf(model, port, *facts, network, places);
  if (!port.is_unsigned)
    return Port{port.name, integers};
  const Index given = network.addTensor(port.name, unsignedFacts(*facts));
  network.addOperator(BuiltinOperator::QUANTIZE, {integers}, given, schema::QuantizeOptionsT());
  return Port{port.name, given};
}

template <typename Add>
Result<std::vector<Port>> addPorts(const std::vector<std::unique_ptr<program::PortT>> &ports, Add &&add) {
  std::vector<Port> added;
  for (const auto &port : ports) {
    Result<Port> one = add(*port);
    if (!one)
      return one.error();
    added.push_back(std::move(*one));
  }
  return added;
}

} // namespace

Result<std::vector<Port>> tflite::addInputs(const program::Model &model, Network &network, Places &places) {
  return addPorts(model.program().inputs,
                  [&](const program::PortT &port) { return addInput(model, port, network, places); });
}

Status tflite::nameOutputs(const program::Model &model, Network &network, Places &places) {
  for (const auto &port : model.program().outputs) {
    Result<TensorFacts> facts = factsOfPort(model, *port);
    if (!facts)
      return facts.error();
    if (isMade(model, *port, places))
      places[port->tensor] = network.addTensor(port->is_unsigned ? port->name + ".signed" : port->name, *facts);
  }
  return success();
}

Result<std::vector<Port>> tflite::addOutputs(const program::Model &model, Network &network, Places &places) {
  return addPorts(model.program().outputs,
                  [&](const program::PortT &port) { return addOutput(model, port, network, places); });
}
