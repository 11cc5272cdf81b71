//===- AtomicFile.cpp - Files that appear whole or not at all -------------===//

#include "tare/Tensor/AtomicFile.h"
#include "SystemError.h"

#include <fmt/format.h>

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace tare;

namespace {
/// A name in the destination's folder that no other process or thread uses.
std::string temporaryName(const std::string &destination) {
  static std::atomic<unsigned> counter{0};
  return fmt::format("{}.{}-{}.part", destination, getpid(), counter++);
}

std::string resolveLinks(const std::string &path) {
  std::error_code error;
  auto resolved = std::filesystem::weakly_canonical(path, error);
  return error ? path : resolved.string();
}
} // namespace

Result<AtomicFile> AtomicFile::create(const std::string &path) {
  AtomicFile file;
  file.path = path;
  struct stat status;
  bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    return Error{fmt::format("cannot write {}: it is a folder", path)};
  if (exists && !S_ISREG(status.st_mode)) {
    file.descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    file.destination = resolveLinks(path);
    file.temporary = temporaryName(file.destination);
    file.descriptor = open(file.temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  if (file.descriptor < 0) {
    file.temporary.clear();
    return Error{fmt::format("cannot write {}: {}", path, systemError())};
  }
  return file;
}

AtomicFile::AtomicFile(AtomicFile &&other) noexcept { *this = std::move(other); }

AtomicFile &AtomicFile::operator=(AtomicFile &&other) noexcept {
  if (this == &other)
    return *this;
  discard();
  descriptor = std::exchange(other.descriptor, -1);
  appended = other.appended;
  path = std::move(other.path);
  destination = std::move(other.destination);
  temporary = std::exchange(other.temporary, {});
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

void AtomicFile::discard() {
  if (descriptor >= 0)
    close(std::exchange(descriptor, -1));
  if (!temporary.empty())
    unlink(std::exchange(temporary, {}).c_str());
}

Error AtomicFile::failure() const { return Error{fmt::format("cannot write {}: {}", path, systemError())}; }

Status AtomicFile::write(const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure();
    next += written;
    bytes -= size_t(written);
    appended += uint64_t(written);
  }
  return success();
}

Status AtomicFile::writeAt(uint64_t offset, const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = pwrite(descriptor, next, bytes, off_t(offset));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure();
    next += written;
    offset += uint64_t(written);
    bytes -= size_t(written);
  }
  return success();
}

Status AtomicFile::commit() {
  // Some file systems report a full disk only when the file is closed.
  bool closed = close(std::exchange(descriptor, -1)) == 0;
  if (!closed) {
    Error error = failure();
    discard();
    return error;
  }
  if (temporary.empty())
    return success();
  if (rename(temporary.c_str(), destination.c_str()) != 0) {
    Error error = failure();
    discard();
    return error;
  }
  temporary.clear();
  return success();
}

Status tare::writeFile(const std::string &path, std::string_view contents) {
  Result<AtomicFile> file = AtomicFile::create(path);
  if (!file)
    return file.error();
  if (Status status = file->write(contents); !status)
    return status;
  return file->commit();
}
