//===- WarningSummary.h - Few warnings, ranked ------------------*- C++ -*-===//
#ifndef TARE_DRIVER_COMPILE_WARNINGSUMMARY_H
#define TARE_DRIVER_COMPILE_WARNINGSUMMARY_H

#include "tare/Diagnostics/Warning.h"
#include "llvm/Support/JSON.h"

#include <span>
#include <string>
#include <vector>

namespace tare {

/// One line for each kind and cause, which says what the worst of them is and how many more layers there are; the most
/// expensive first, what is known to cost nothing last. With `all` a line for each warning, in the same order. What
/// costs too little for a warning is left out.
std::vector<std::string> warningLines(std::span<const Warning> warnings, bool all);
/// A line for each of those that cost too little, in the same order.
std::vector<std::string> remarkLines(std::span<const Warning> warnings);

/// Writes "warnings": [message, ..] and "warning_details": [{kind, cause, layer, cost, unit, negligible, text, remedy},
/// ..], in the order of the lines of all and of the remarks.
void writeWarnings(llvm::json::OStream &json, std::span<const Warning> warnings);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_WARNINGSUMMARY_H
