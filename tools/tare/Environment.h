//===- Environment.h - What the environment asks of a run -------*- C++ -*-===//
#ifndef TARE_TOOLS_TARE_ENVIRONMENT_H
#define TARE_TOOLS_TARE_ENVIRONMENT_H

#include <string>
#include <vector>

namespace tare {

/// A sentence for each of Tare's environment variables (TARE_THREADS,
/// TARE_MAX_ISA) whose value is not taken as it stands: what it is, what is
/// expected, and what happens instead. Threads only where the environment is
/// what decides on them.
std::vector<std::string> environmentComplaints(bool withThreads);

} // namespace tare

#endif // TARE_TOOLS_TARE_ENVIRONMENT_H
