//===- Choices.cpp - What options that are names may be -------------------===//
#include "Choices.h"

#include "tare/Diagnostics/Nearest.h"

#include "llvm/ADT/StringRef.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

using namespace tare;

std::string tare::noneOf(const std::string &found, const std::vector<std::string> &names) {
  return fmt::format("found '{}', expected one of {}{}", found, fmt::join(names, ", "), didYouMean(found, names));
}

CLI::Validator tare::oneOf(std::vector<std::string> names) {
  auto check = [names = std::move(names)](const std::string &text) {
    return std::ranges::find(names, text) != names.end() ? "" : noneOf(text, names);
  };
  return CLI::Validator(check, "");
}

CLI::Validator tare::listOf(std::vector<std::string> names) {
  auto check = [names = std::move(names)](const std::string &text) -> std::string {
    for (const std::string &name : splitLists({text}))
      if (std::ranges::find(names, name) == names.end())
        return noneOf(name, names);
    return "";
  };
  return CLI::Validator(check, "");
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
