//===- RemainingLayers.cpp - Layers that are not taken off ----------------===//
#include "RemainingLayers.h"

#include "tare/Program/HostLayer.h"
#include "tare/Program/Model.h"

#include <algorithm>

namespace tare::program {

bool RemainingLayers::isOutput(uint32_t tensor) const {
  return std::any_of(program.outputs.begin(), program.outputs.end(),
                     [&](const auto &port) { return port->tensor == tensor; });
}

std::vector<size_t> RemainingLayers::readersOf(uint32_t tensor) const {
  std::vector<size_t> readers;
  for (size_t i = 0; i != program.layers.size(); ++i)
    if (!taken[i])
      for (uint32_t operand : program.layers[i]->operands)
        if (operand == tensor)
          readers.push_back(i);
  return readers;
}

std::optional<size_t> RemainingLayers::onlyReader(uint32_t tensor) const {
  std::vector<size_t> readers = readersOf(tensor);
  return readers.size() == 1 && !isOutput(tensor) ? std::optional(readers.front()) : std::nullopt;
}

std::optional<size_t> RemainingLayers::writerOf(uint32_t tensor) const {
  for (size_t i = 0; i != program.layers.size(); ++i)
    if (std::vector<uint32_t> results = resultsOf(*program.layers[i]);
        !taken[i] && std::find(results.begin(), results.end(), tensor) != results.end())
      return i;
  return std::nullopt;
}

Passage RemainingLayers::passageBack(uint32_t tensor) const {
  return passageToWriter(program, tensor, [&](uint32_t made) { return writerOf(made); });
}

void RemainingLayers::moveForward(size_t last, size_t first) {
  auto rotate = [&](auto begin) { std::rotate(begin + first, begin + last, begin + last + 1); };
  rotate(program.layers.begin());
  rotate(taken.begin());
}

void RemainingLayers::eraseTaken() {
  std::vector<std::unique_ptr<LayerT>> layers;
  for (size_t i = 0; i != program.layers.size(); ++i)
    if (!taken[i])
      layers.push_back(std::move(program.layers[i]));
  program.layers = std::move(layers);
}

} // namespace tare::program
