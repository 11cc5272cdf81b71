//===- Temporaries.cpp - Unfinished outputs -------------------------------===//
#include "tare/Tensor/Temporaries.h"
#include "TemporaryPath.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <random>
#include <set>
#include <utility>
#include <vector>

using namespace tare;
namespace fs = std::filesystem;

namespace {

struct Registry {
  std::mutex mutex;
  std::multiset<std::string> names;
  bool isClosed = false;

  /// Never destroyed: threads may outlive main's statics.
  static Registry &instance() {
    static Registry &registry = *new Registry();
    return registry;
  }
};

/// Other threads still write: what they make under the old name fails once it is another, and what they had begun is
/// removed, too.
void removeWhatIsWritten(const fs::path &path) {
  constexpr int attempts = 100;
  std::error_code ignored;
  fs::path away = path.string() + ".removed";
  fs::rename(path, away, ignored);
  for (int i = 0; i != attempts && fs::exists(fs::symlink_status(away, ignored)); ++i)
    fs::remove_all(away, ignored);
}

/// The path, and what has a longer name beside it.
void removeAll(const fs::path &path) {
  std::error_code ignored;
  fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  std::string name = path.filename();
  std::vector<fs::path> found;
  for (const fs::directory_entry &entry : fs::directory_iterator(folder, ignored))
    if (entry.path().filename().string().starts_with(name))
      found.push_back(entry.path());
  for (const fs::path &each : found)
    removeWhatIsWritten(each);
}

} // namespace

std::string tare::temporaryName(const std::string &destination) {
  std::random_device random;
  uint64_t number = uint64_t(random()) << 32 | random();
  return fmt::format("{}.{:016x}.part", destination, number);
}

void tare::removeTemporaries() {
  Registry &registry = Registry::instance();
  std::lock_guard lock(registry.mutex);
  registry.isClosed = true;
  for (const std::string &name : registry.names)
    removeAll(name);
}

TemporaryPath::TemporaryPath(std::string path) : name(std::move(path)) {
  Registry &registry = Registry::instance();
  std::lock_guard lock(registry.mutex);
  registry.names.insert(name);
}

TemporaryPath::TemporaryPath(TemporaryPath &&other) noexcept : name(std::exchange(other.name, {})) {}

TemporaryPath &TemporaryPath::operator=(TemporaryPath &&other) noexcept {
  std::swap(name, other.name);
  return *this;
}

int TemporaryPath::make(const std::function<int(const char *)> &call) {
  Registry &registry = Registry::instance();
  std::lock_guard lock(registry.mutex);
  if (registry.isClosed) {
    errno = EINTR;
    return -1;
  }
  return call(name.c_str());
}

int TemporaryPath::rename(const std::string &destination) {
  Registry &registry = Registry::instance();
  std::lock_guard lock(registry.mutex);
  if (registry.isClosed) {
    errno = EINTR;
    return -1;
  }
  int done = std::rename(name.c_str(), destination.c_str());
  if (done == 0) {
    registry.names.erase(registry.names.find(name));
    name.clear();
  }
  return done;
}

void TemporaryPath::forget() {
  if (name.empty())
    return;
  Registry &registry = Registry::instance();
  std::lock_guard lock(registry.mutex);
  registry.names.erase(registry.names.find(name));
  name.clear();
}
