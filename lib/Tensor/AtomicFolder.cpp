//===- AtomicFolder.cpp - Folders that appear whole or not at all ---------===//
#include "tare/Tensor/AtomicFolder.h"
#include "SystemError.h"
#include "TemporaryPath.h"
#include "tare/Tensor/Temporaries.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <mutex>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

using namespace tare;
namespace fs = std::filesystem;

namespace {

/// "out/" and "out" are the same folder.
std::string withoutSlashes(std::string path) {
  while (path.size() > 1 && path.back() == '/')
    path.pop_back();
  return path;
}

Status checkFree(const std::string &path) {
  std::error_code error;
  fs::file_status status = fs::status(path, error);
  if (!fs::exists(status))
    return success();
  if (!fs::is_directory(status))
    return Error{fmt::format("cannot write {}: it is a file; name a folder that does not exist, or is empty", path)};
  if (!fs::is_empty(path, error) && !error)
    return Error{fmt::format("cannot write {}: the folder is not empty; remove it, or name another one", path)};
  return success();
}

} // namespace

Result<AtomicFolder> AtomicFolder::create(const std::string &path) {
  AtomicFolder folder;
  folder.path = withoutSlashes(path);
  if (Status isFree = checkFree(folder.path); !isFree)
    return isFree.error();
  std::error_code error;
  fs::path resolved = fs::weakly_canonical(folder.path, error);
  folder.destination = error ? folder.path : resolved.string();
  auto temporary = std::make_unique<TemporaryPath>(temporaryName(folder.destination));
  if (temporary->make([](const char *name) { return mkdir(name, 0777); }) != 0)
    return folder.failure("");
  folder.temporary = std::move(temporary);
  return folder;
}

struct AtomicFolder::Made {
  std::mutex mutex;
  std::set<std::string> names;
  std::vector<std::string> inOrder;

  void add(const std::string &name) {
    std::lock_guard lock(mutex);
    if (names.insert(name).second)
      inOrder.push_back(name);
  }
};

AtomicFolder::AtomicFolder() : made(std::make_unique<Made>()) {}
AtomicFolder::AtomicFolder(AtomicFolder &&other) noexcept = default;

AtomicFolder::~AtomicFolder() {
  if (temporary && *temporary)
    remove();
}

/// By the names that it knows: who has no descriptor left for a file has none for reading a folder.
void AtomicFolder::remove() {
  for (auto name = made->inOrder.rbegin(); name != made->inOrder.rend(); ++name)
    std::remove((temporary->path() + "/" + *name).c_str());
  std::error_code ignored;
  if (std::remove(temporary->path().c_str()) != 0)
    fs::remove_all(temporary->path(), ignored);
}

/// errno's, about the folder itself ("") or a file in it.
Error AtomicFolder::failure(const std::string &name) const {
  return Error{fmt::format("cannot write {}{}{}: {}", path, name.empty() ? "" : "/", name, systemError())};
}

Status AtomicFolder::write(const std::string &name, uint64_t offset, const void *data, size_t bytes) const {
  int descriptor = open((temporary->path() + "/" + name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return failure(name);
  made->add(name);
  Status status = success();
  for (const char *next = static_cast<const char *>(data); bytes > 0 && status;) {
    ssize_t written = pwrite(descriptor, next, bytes, off_t(offset));
    if (written < 0 && errno != EINTR)
      status = failure(name);
    if (written <= 0)
      continue;
    next += written, offset += uint64_t(written), bytes -= size_t(written);
  }
  // Some file systems report a full disk only when the file is closed.
  if (close(descriptor) != 0 && status)
    status = failure(name);
  return status;
}

Status AtomicFolder::makeFolder(const std::string &name) const {
  if (mkdir((temporary->path() + "/" + name).c_str(), 0777) != 0)
    return failure(name);
  made->add(name);
  return success();
}

Status AtomicFolder::commit() {
  // An empty folder is replaced; what came into being since create() is not.
  if (temporary->rename(destination) != 0)
    return failure("");
  temporary.reset();
  return success();
}
