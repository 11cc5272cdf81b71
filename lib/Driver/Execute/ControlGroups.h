//===- ControlGroups.h - The memory that a container has left ---*- C++ -*-===//
#ifndef TARE_DRIVER_EXECUTE_CONTROLGROUPS_H
#define TARE_DRIVER_EXECUTE_CONTROLGROUPS_H

#include <cstdint>
#include <filesystem>
#include <optional>

namespace tare {

/// The bytes that the control groups of the process, of version 1 or 2, and those around them let it take still: the
/// least of what each has left, its file cache counted as free, which the kernel gives up for it. Nothing where none
/// has a limit. `root` is where /proc and /sys are looked for.
std::optional<uint64_t> memoryLeftByControlGroups(const std::filesystem::path &root = "/");

} // namespace tare

#endif // TARE_DRIVER_EXECUTE_CONTROLGROUPS_H
