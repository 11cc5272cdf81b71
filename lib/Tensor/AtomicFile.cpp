//===- AtomicFile.cpp - Files that appear whole or not at all -------------===//

#include "tare/Tensor/AtomicFile.h"
#include "SystemError.h"

#include "TemporaryPath.h"
#include "tare/Tensor/StandardStreams.h"
#include "tare/Tensor/Temporaries.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace tare;

namespace {

std::string resolveLinks(const std::string &path) {
  std::error_code error;
  auto resolved = std::filesystem::weakly_canonical(path, error);
  return error ? path : resolved.string();
}

std::string folderOf(const std::string &path) {
  std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
}

constexpr mode_t readableAndWritable = 0666; // less what the process' mask takes away

} // namespace

AtomicFile::AtomicFile() = default;
AtomicFile::AtomicFile(AtomicFile &&other) noexcept { *this = std::move(other); }

AtomicFile &AtomicFile::operator=(AtomicFile &&other) noexcept {
  if (this == &other)
    return *this;
  discard();
  descriptor = std::exchange(other.descriptor, -1);
  appended = other.appended;
  path = std::move(other.path);
  destination = std::move(other.destination);
  temporary = std::move(other.temporary);
  return *this;
}

AtomicFile::~AtomicFile() { discard(); }

Result<AtomicFile> AtomicFile::create(const std::string &path) { return open(path, /*named=*/false); }
Result<AtomicFile> AtomicFile::createNamed(const std::string &path) { return open(path, /*named=*/true); }

Result<AtomicFile> AtomicFile::open(const std::string &path, bool named) {
  AtomicFile file;
  file.path = path;
  if (path == standardOutput) {
    file.descriptor = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    return file.descriptor < 0 ? Result<AtomicFile>(file.failure()) : std::move(file);
  }
  struct stat status;
  bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode))
    return Error{fmt::format("cannot write {}: it is a folder", path)};
  if (exists && !S_ISREG(status.st_mode)) {
    file.descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  } else {
    file.destination = resolveLinks(path);
    // Only there does a nameless file get a name.
    if (!named && access("/proc/self/fd", X_OK) == 0)
      file.descriptor = ::open(folderOf(file.destination).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, readableAndWritable);
    // Not every file system has files without a name.
    if (file.descriptor < 0)
      file.openNamed();
  }
  if (file.descriptor < 0)
    return file.failure();
  return file;
}

void AtomicFile::openNamed() {
  auto unfinished = std::make_unique<TemporaryPath>(temporaryName(destination));
  descriptor = unfinished->make(
      [](const char *name) { return ::open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, readableAndWritable); });
  if (descriptor >= 0)
    temporary = std::move(unfinished);
}

const std::string &AtomicFile::temporaryPath() const {
  static const std::string none;
  return temporary ? temporary->path() : none;
}

void AtomicFile::discard() {
  if (descriptor >= 0)
    close(std::exchange(descriptor, -1));
  if (temporary && *temporary)
    unlink(temporary->path().c_str());
  temporary.reset();
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

/// A nameless file cannot replace another one: it gets a temporary name first. Whether it has one.
bool AtomicFile::giveName() {
  auto name = std::make_unique<TemporaryPath>(temporaryName(destination));
  std::string source = fmt::format("/proc/self/fd/{}", descriptor);
  auto link = [&](const char *to) { return linkat(AT_FDCWD, source.c_str(), AT_FDCWD, to, AT_SYMLINK_FOLLOW); };
  if (name->make(link) != 0)
    return false;
  temporary = std::move(name);
  return true;
}

Status AtomicFile::commit() {
  auto fail = [&] {
    Error error = failure();
    discard();
    return error;
  };
  if (!destination.empty() && !temporary && !giveName())
    return fail();
  // Some file systems report a full disk only when the file is closed.
  if (close(std::exchange(descriptor, -1)) != 0)
    return fail();
  if (temporary && temporary->rename(destination) != 0)
    return fail();
  temporary.reset();
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
