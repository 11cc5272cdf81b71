//===- Choices.cpp - What options that are names may be -------------------===//
#include "Choices.h"

#include "tare/Diagnostics/Nearest.h"

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
