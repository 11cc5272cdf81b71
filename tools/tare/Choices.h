//===- Choices.h - What options that are names may be -----------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_CHOICES_H
#define TARE_TOOLS_TARE_CHOICES_H

#include "Driver/Choices.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace tare {

/// One of the names; noneOf() says what is wrong.
CLI::Validator oneOf(std::vector<std::string> names);
/// Some of the names, with commas between them.
CLI::Validator listOf(std::vector<std::string> names);
/// The names that the validators of an option have; empty where it takes others, too.
std::vector<std::string> choicesOf(CLI::Option &option);
/// Whether it takes several of them, with commas between.
bool isListOfChoices(CLI::Option &option);

} // namespace tare

#endif // TARE_TOOLS_TARE_CHOICES_H
