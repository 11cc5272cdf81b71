//===- Numbers.cpp - What options that are numbers may be -----------------===//
#include "Numbers.h"

#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <optional>

using namespace tare;

/// The text as a number, all of it; nothing otherwise.
template <typename T> static std::optional<T> numberOf(const std::string &text) {
  T number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

CLI::Validator tare::wholeNumber(int64_t least) {
  auto check = [least](const std::string &text) {
    std::optional<int64_t> number = numberOf<int64_t>(text);
    return number && *number >= least ? ""
                                      : fmt::format("found '{}', expected a whole number, {} or more", text, least);
  };
  return CLI::Validator(check, "");
}

CLI::Validator tare::wholeNumber(int64_t least, int64_t most) {
  auto check = [least, most](const std::string &text) {
    std::optional<int64_t> number = numberOf<int64_t>(text);
    return number && *number >= least && *number <= most
               ? ""
               : fmt::format("found '{}', expected a whole number, {} to {}", text, least, most);
  };
  return CLI::Validator(check, "");
}

CLI::Validator tare::numberIn(double least, double most) {
  auto check = [least, most](const std::string &text) {
    std::optional<double> number = numberOf<double>(text);
    return number && *number >= least && *number <= most
               ? ""
               : fmt::format("found '{}', expected a number, {} to {}", text, least, most);
  };
  return CLI::Validator(check, "");
}

CLI::Validator tare::anyNumber() {
  auto check = [](const std::string &text) {
    std::optional<double> number = numberOf<double>(text);
    return number && std::isfinite(*number) ? "" : fmt::format("found '{}', expected a number", text);
  };
  return CLI::Validator(check, "");
}

CLI::Validator tare::positiveNumber() {
  auto check = [](const std::string &text) {
    std::optional<double> number = numberOf<double>(text);
    return number && std::isfinite(*number) && *number > 0 ? ""
                                                           : fmt::format("found '{}', expected a number above 0", text);
  };
  return CLI::Validator(check, "");
}
