//===- ErrorReport.h - The one error of a run -------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_ERRORREPORT_H
#define TARE_TOOLS_TARE_ERRORREPORT_H

#include "tare/Tensor/Result.h"

#include <string>
#include <string_view>

namespace tare {

/// Whether the command line asks for JSON; to be known before it is parsed, as that may fail.
bool asksForJson(int argc, char **argv);

/// The node or layer that a message names first, as messages do: node 'a', layer 'a', layer 3 ('a'); empty otherwise.
std::string nodeOf(std::string_view message);

/// The object behind the key "error" of a run's JSON: message, file and node (null where there is none), and the line
/// where the message says FILE:LINE.
std::string errorJson(const Error &error, const std::string &file);

} // namespace tare

#endif // TARE_TOOLS_TARE_ERRORREPORT_H
