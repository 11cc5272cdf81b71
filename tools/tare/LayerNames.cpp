//===- LayerNames.cpp - Names for arrays of layers' results ---------------===//
#include "LayerNames.h"

#include <set>

using namespace tare;

namespace {

std::string firstFree(const ExecutableLayer &layer, const std::set<std::string> &taken) {
  std::string name = layer.name;
  if (taken.contains(name))
    name = layer.value;
  for (int number = 2; taken.contains(name); ++number)
    name = layer.name + ":" + std::to_string(number);
  return name;
}

} // namespace

std::vector<std::string> tare::arrayNames(const std::vector<ExecutablePort> &outputs,
                                          const std::vector<ExecutableLayer> &layers) {
  std::set<std::string> taken;
  for (const ExecutablePort &output : outputs)
    taken.insert(output.name);
  std::vector<std::string> names(layers.size());
  for (size_t i = layers.size(); i-- != 0;) {
    names[i] = firstFree(layers[i], taken);
    taken.insert(names[i]);
  }
  return names;
}
