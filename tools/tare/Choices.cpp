//===- Choices.cpp - What options that are names may be -------------------===//
#include "Choices.h"

#include <algorithm>

using namespace tare;

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
