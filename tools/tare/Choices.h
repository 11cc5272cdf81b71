//===- Choices.h - What options that are names may be -----------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CHOICES_H
#define TARE_TOOLS_TARE_CHOICES_H

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tare {

/// "found 'x', expected one of a, b", and what x may mean.
std::string noneOf(const std::string &found, const std::vector<std::string> &names);
/// One of the names; noneOf() says what is wrong.
CLI::Validator oneOf(std::vector<std::string> names);

} // namespace tare

#endif // TARE_TOOLS_TARE_CHOICES_H
