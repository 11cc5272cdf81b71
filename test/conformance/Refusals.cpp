//===- Refusals.cpp - The cases that do not pass, by name -----------------===//
#include "Refusals.h"

#include <fmt/format.h>
#include <fstream>

using namespace tare::conformance;

Refusals::Refusals(const std::string &path) : path(path) {
  if (path.empty())
    return;
  std::ifstream file(path);
  isRight = file.good();
  if (!isRight)
    fmt::print("cannot read {}\n", path);
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#')
      names.insert(line);
  unseen = names;
}

void Refusals::judge(const std::string &name, bool isPassed, const std::string &reason) {
  if (path.empty() || isPassed != names.contains(name))
    return;
  isRight = false;
  if (isPassed)
    fmt::print("{} passes: strike it from {}\n", name, path);
  else
    fmt::print("{} is refused, and {} does not say why: {}\n", name, path, reason);
}

bool Refusals::hold() const {
  for (const std::string &name : unseen)
    fmt::print("{} of {} is no case\n", name, path);
  return isRight && unseen.empty();
}
