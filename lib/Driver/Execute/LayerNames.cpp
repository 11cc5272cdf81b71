//===- LayerNames.cpp - Names for arrays of layers' results ---------------===//
#include "Driver/Execute/LayerNames.h"

#include <set>

using namespace tare;

namespace {

/// A layer's name, and that of the value which it makes.
struct Names {
  std::string layer, value;
};

std::string firstFree(const Names &names, const std::set<std::string> &taken) {
  std::string name = names.layer;
  if (taken.contains(name))
    name = names.value;
  for (int number = 2; taken.contains(name); ++number)
    name = names.layer + ":" + std::to_string(number);
  return name;
}

std::vector<std::string> distinct(const std::vector<Names> &layers, std::set<std::string> taken) {
  std::vector<std::string> names(layers.size());
  for (size_t i = layers.size(); i-- != 0;) {
    names[i] = firstFree(layers[i], taken);
    taken.insert(names[i]);
  }
  return names;
}

} // namespace

std::vector<std::string> tare::arrayNames(const std::vector<ExecutablePort> &outputs,
                                          const std::vector<ExecutableLayer> &layers) {
  std::set<std::string> taken;
  for (const ExecutablePort &output : outputs)
    taken.insert(output.name);
  std::vector<Names> names;
  for (const ExecutableLayer &layer : layers)
    names.push_back({layer.name, layer.value});
  return distinct(names, std::move(taken));
}

std::vector<std::string> tare::layerLabels(const program::ProgramT &program) {
  std::vector<Names> names;
  for (const auto &layer : program.layers)
    names.push_back({layer->name, program.tensors[layer->result]->name});
  return distinct(names, {});
}
