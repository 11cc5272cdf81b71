//===- Choices.cpp - What options that are names may be -------------------===//
#include "Choices.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>

using namespace tare;

// Completions find the names again in the validator's own name.
static constexpr char oneOfPrefix[] = "one of:", listOfPrefix[] = "list of:";

static std::string validatorName(const char *prefix, const std::vector<std::string> &names) {
  return fmt::format("{}{}", prefix, fmt::join(names, ","));
}

CLI::Validator tare::oneOf(std::vector<std::string> names) {
  std::string own = validatorName(oneOfPrefix, names);
  auto check = [names = std::move(names)](const std::string &text) {
    return std::ranges::find(names, text) != names.end() ? "" : noneOf(text, names);
  };
  return CLI::Validator(check, "", own);
}

CLI::Validator tare::listOf(std::vector<std::string> names) {
  std::string own = validatorName(listOfPrefix, names);
  auto check = [names = std::move(names)](const std::string &text) -> std::string {
    for (const std::string &name : splitLists({text}))
      if (std::ranges::find(names, name) == names.end())
        return noneOf(name, names);
    return "";
  };
  return CLI::Validator(check, "", own);
}

/// What follows the prefix in the name of one of the option's validators.
static std::optional<std::string> namedAfter(CLI::Option &option, llvm::StringRef prefix) {
  try {
    for (int i = 0;; ++i)
      if (llvm::StringRef name = option.get_validator(i)->get_name(); name.consume_front(prefix))
        return name.str();
  } catch (const CLI::OptionNotFound &) {
    return std::nullopt; // There are no more.
  }
}

std::vector<std::string> tare::choicesOf(CLI::Option &option) {
  for (const char *prefix : {oneOfPrefix, listOfPrefix})
    if (std::optional<std::string> names = namedAfter(option, prefix))
      return splitLists({*names});
  return {};
}

bool tare::isListOfChoices(CLI::Option &option) { return namedAfter(option, listOfPrefix).has_value(); }
