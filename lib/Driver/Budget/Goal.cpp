//===- Goal.cpp - What --budget asks for ----------------------------------===//
#include "Driver/Budget/Goal.h"

#include "Driver/Choices.h"

#include "llvm/ADT/StringExtras.h"

#include <cmath>
#include <fmt/format.h>
#include <optional>
#include <utility>
#include <vector>

using namespace tare;

namespace {

/// What a unit counts in, by its name.
using Units = std::vector<std::pair<llvm::StringRef, double>>;

const Units decibelUnits = {{"dB", 1}, {"", 1}}, percentUnits = {{"%", 1}, {"", 1}},
            byteUnits = {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"kB", 1e3}, {"MB", 1e6}, {"B", 1}, {"", 1}};

/// A finite number above 0 with one of the units behind it, in whatever case.
std::optional<double> readQuantity(llvm::StringRef text, const Units &units) {
  for (const auto &[unit, factor] : units) {
    double number = 0;
    if (text.ends_with_insensitive(unit) && llvm::to_float(text.drop_back(unit.size()).trim(), number))
      return std::isfinite(number) && number > 0 ? std::optional(number * factor) : std::nullopt;
  }
  return std::nullopt;
}

Error notUnderstood(const std::string &found, const char *expected) {
  return Error{fmt::format("--budget: found '{}', expected {}", found, expected)};
}

} // namespace

Result<BudgetGoal> tare::parseBudget(const std::string &text) {
  const auto [key, value] = llvm::StringRef(text).split('=');
  BudgetGoal goal;
  goal.text = text;
  std::optional<double> number;
  if (key.equals_insensitive("sqnr")) {
    if (!(number = readQuantity(value, decibelUnits)))
      return notUnderstood(text, "a number of dB above 0, as SQNR=30dB");
    goal.sqnr = *number;
  } else if (key.equals_insensitive("loss")) {
    if (!(number = readQuantity(value, percentUnits)) || *number >= 100)
      return notUnderstood(text, "a percentage above 0 and below 100, as loss=0.3%");
    goal.sqnr = -20 * std::log10(*number / 100);
  } else if (key.equals_insensitive("bytes")) {
    if (!(number = readQuantity(value, byteUnits)) || *number >= 9e15)
      return notUnderstood(text, "a number of bytes above 0, as bytes=200kB");
    goal.kind = BudgetGoal::Kind::bytes;
    goal.bytes = int64_t(*number);
  } else if (key.equals_insensitive("latency")) {
    return Error{fmt::format("--budget {}: descriptions of hardware have no key that says how fast it is, so that no "
                             "latency can be computed; give SQNR=, loss= or bytes=",
                             text)};
  } else {
    return Error{"--budget: " + noneOf(key.str(), {"SQNR", "loss", "bytes"}) + ", as SQNR=30dB"};
  }
  return goal;
}
