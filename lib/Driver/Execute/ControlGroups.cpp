//===- ControlGroups.cpp - The memory that a container has left -----------===//
#include "Driver/Execute/ControlGroups.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <string>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// How a version of control groups calls its files. A key of memory.stat is that of the group and all below it, as the
/// limit is.
struct Names {
  const char *most, *taken, *inactiveFile, *activeFile;
};
constexpr Names version1 = {"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file",
                            "total_active_file"};
constexpr Names version2 = {"memory.max", "memory.current", "inactive_file", "active_file"};

/// The number of a file that holds one; nothing where it is missing, or "max".
std::optional<uint64_t> numberIn(const fs::path &path) {
  uint64_t number = 0;
  return std::ifstream(path) >> number ? std::optional(number) : std::nullopt;
}

/// What was read or written and is in memory still, as the system's own MemAvailable counts it. Files of a tmpfs are
/// not among it.
uint64_t fileCacheOf(const fs::path &group, const Names &names) {
  std::ifstream file(group / "memory.stat");
  uint64_t sum = 0, bytes = 0;
  for (std::string key; file >> key >> bytes;)
    if (key == names.inactiveFile || key == names.activeFile)
      sum += bytes;
  return sum;
}

std::optional<uint64_t> leftOf(const fs::path &group, const Names &names) {
  std::optional<uint64_t> most = numberIn(group / names.most), taken = numberIn(group / names.taken);
  if (!most || !taken)
    return std::nullopt;
  uint64_t used = *taken - std::min(*taken, fileCacheOf(group, names));
  return *most - std::min(*most, used);
}

/// Of a group, given by its path from `mount` on, and of all around it: in a container the path may be that of the
/// system outside, and the container's own group be what is mounted.
uint64_t leastOf(const fs::path &mount, const fs::path &group, const Names &names) {
  uint64_t least = std::numeric_limits<uint64_t>::max();
  fs::path folder = mount;
  least = std::min(least, leftOf(folder, names).value_or(least));
  for (const fs::path &part : group.relative_path()) {
    folder /= part;
    least = std::min(least, leftOf(folder, names).value_or(least));
  }
  return least;
}

bool hasMemory(std::string controllers) {
  controllers = "," + controllers + ",";
  return controllers.find(",memory,") != std::string::npos;
}

} // namespace

std::optional<uint64_t> tare::memoryLeftByControlGroups(const fs::path &root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  constexpr uint64_t unlimited = std::numeric_limits<uint64_t>::max();
  uint64_t least = unlimited;
  std::ifstream file(root / "proc/self/cgroup");
  // number:controllers:path; version 2 has number 0 and no controllers.
  for (std::string line; std::getline(file, line);) {
    size_t first = line.find(':'), second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos)
      continue;
    std::string controllers = line.substr(first + 1, second - first - 1), group = line.substr(second + 1);
    if (hasMemory(controllers))
      least = std::min(least, leastOf(mounts / "memory", group, version1));
    else if (line.starts_with("0::"))
      for (const fs::path &mount : {mounts, mounts / "unified"})
        least = std::min(least, leastOf(mount, group, version2));
  }
  return least == unlimited ? std::nullopt : std::optional(least);
}
