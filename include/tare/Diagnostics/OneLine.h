//===- OneLine.h - Text from files inside of messages -----------*- C++ -*-===//
//
// A model, a program or a command line may hold any bytes in its names. A message or a table that shows them stays one
// line, and does not command the terminal.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIAGNOSTICS_ONELINE_H
#define TARE_DIAGNOSTICS_ONELINE_H

#include <string>
#include <string_view>

namespace tare {

/// The text with what does not print as escapes of C: "\n", "\t", "\x1b" for control characters (those of Unicode, too,
/// as "\u0085", with separators of lines and marks that turn the direction of writing) and for bytes that are no UTF-8.
/// Text without any is returned as it is; a backslash stays one.
std::string oneLine(std::string_view text);

} // namespace tare

#endif // TARE_DIAGNOSTICS_ONELINE_H
