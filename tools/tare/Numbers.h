//===- Numbers.h - What options that are numbers may be ---------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_NUMBERS_H
#define TARE_TOOLS_TARE_NUMBERS_H

#include <CLI/CLI.hpp>
#include <cstdint>

namespace tare {

/// A whole number of at least `least`. The message says what was found and what is expected.
CLI::Validator wholeNumber(int64_t least);
/// A whole number of [least, most].
CLI::Validator wholeNumber(int64_t least, int64_t most);
/// Any finite number.
CLI::Validator anyNumber();
/// A number of [least, most].
CLI::Validator numberIn(double least, double most);
/// A number above 0.
CLI::Validator positiveNumber();

} // namespace tare

#endif // TARE_TOOLS_TARE_NUMBERS_H
