//===- Unit.cpp - A C source that is being written ------------------------===//
#include "Unit.h"

#include "KernelTexts.h"

#include <cassert>

using namespace tare;
using namespace tare::csource;

std::string Unit::kernel(std::string_view kernel, std::string name, const Parameters &parameters) {
  auto [instance, isNew] = instances.try_emplace({std::string(kernel), parameters});
  if (!isNew)
    return instance->second;
  std::string unique = name;
  for (int number = 2; !names.insert(unique).second; ++number)
    unique = name + "_" + std::to_string(number);
  std::string_view text = kernelText(kernel);
  assert(!text.empty() && "a kernel has a file");
  kernels += "\n" + instantiate(text, parameters, unique);
  return instance->second = unique;
}
