//===- Choices.cpp - What options that are names may be -------------------===//
#include "Driver/Choices.h"

#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

std::string tare::noneOf(const std::string &found, const std::vector<std::string> &names) {
  return fmt::format("found '{}', expected one of {}{}", found, fmt::join(names, ", "), didYouMean(found, names));
}

Status tare::checkChoice(const std::string &option, const std::string &found, const std::vector<std::string> &names) {
  return std::ranges::find(names, found) != names.end() ? success()
                                                        : Status(Error{option + ": " + noneOf(found, names)});
}

std::vector<std::string> tare::splitLists(const std::vector<std::string> &lists) {
  std::vector<std::string> names;
  for (const std::string &list : lists) {
    llvm::SmallVector<llvm::StringRef> parts;
    llvm::StringRef(list).split(parts, ',');
    for (llvm::StringRef part : parts)
      names.push_back(part.trim().str());
  }
  return names;
}
