//===- ErrorReport.h - The one error of a run -------------------*- C++ -*-===//
#ifndef TARE_DRIVER_ERRORREPORT_H
#define TARE_DRIVER_ERRORREPORT_H

#include "tare/Tensor/Result.h"

#include <span>
#include <string>
#include <string_view>

namespace tare {

/// Which of the paths a message is about; empty where it names none. A file that a message begins with is that of a
/// step in which something happened to another one, where it names one.
std::string fileIn(std::string_view message, std::span<const std::string> paths);

/// The node or layer that a message names first, as messages do: node 'a', layer 'a', layer 3 ('a'); empty otherwise.
std::string nodeOf(std::string_view message);

/// The object behind the key "error" of a run's JSON: message, file and node (null where there is none), and the line
/// where the message says FILE:LINE.
std::string errorJson(const Error &error, const std::string &file);

} // namespace tare

#endif // TARE_DRIVER_ERRORREPORT_H
