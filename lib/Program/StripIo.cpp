//===- StripIo.cpp - Leaves layers at the border to the host --------------===//
//
// What tare-strip-io does on the way to a program, on a finished one. Layers that are taken off are marked, and erased
// at the end with the tensors that nobody has any more.
//
//===----------------------------------------------------------------------===//
#include "tare/Program/StripIo.h"

#include "RemainingLayers.h"
#include "StrippedPorts.h"
#include "TensorPlaces.h"
#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <fmt/format.h>

#include <set>

namespace tare::program {

/// Each tensor is looked at once, however often movements part and join again.
static bool leadsToHost(const ProgramT &program, const RemainingLayers &layers, uint32_t tensor) {
  std::vector<uint32_t> moved{tensor};
  std::set<uint32_t> seen{tensor};
  for (size_t i = 0; i != moved.size(); ++i)
    for (size_t reader : layers.readersOf(moved[i])) {
      const LayerT &layer = *program.layers[reader];
      if (layer.op.type == Op::Host)
        return true;
      if (movesElements(layer.op.type) && seen.insert(layer.result).second)
        moved.push_back(layer.result);
    }
  return false;
}

/// A host layer reads real numbers, and gives such.
static bool isAtHost(const ProgramT &program, const RemainingLayers &layers, const LayerT &layer) {
  if (layer.op.type != Op::Quantize)
    return leadsToHost(program, layers, layer.result);
  const Passage passage = layers.passageBack(layer.operands.front());
  return passage.end && program.layers[*passage.end]->op.type == Op::Host;
}

/// What is to be left to the host, but does not stand at the border.
static Status checkRest(const ProgramT &program, StrippedKinds kinds, const RemainingLayers &layers) {
  std::string left;
  for (size_t i = 0; i != program.layers.size(); ++i) {
    const LayerT &layer = *program.layers[i];
    bool isWanted =
        (kinds.quantize && layer.op.type == Op::Quantize) || (kinds.dequantize && layer.op.type == Op::Dequantize);
    if (isWanted && !layers.isTaken(i) && !isAtHost(program, layers, layer))
      left += fmt::format("{}'{}' ({})", left.empty() ? "" : ", ", layer.name, kindOf(layer.op));
  }
  if (left.empty())
    return success();
  return Error{"cannot be left to the host, as they are not next to an input or output, or not its only reader: " +
               left};
}

Status stripIo(ProgramT &program, StrippedKinds kinds) {
  RemainingLayers layers(program);
  InputStripper inputs(program, kinds, layers);
  for (auto &port : program.inputs)
    while (inputs.strip(*port))
      ;
  OutputStripper outputs(program, kinds, layers);
  for (auto &port : program.outputs)
    while (outputs.strip(*port))
      ;
  if (Status rest = checkRest(program, kinds, layers); !rest)
    return rest;
  layers.eraseTaken();
  dropTensors(program);
  placeTensors(program);
  return success();
}

} // namespace tare::program
