//===- Spool.cpp - Samples of many arrays in one nameless file ------------===//

#include "Spool.h"
#include "SystemError.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace tare;

namespace {
constexpr size_t aheadBytes = 128 << 10;

Error failure(std::string_view what) {
  return Error{fmt::format("cannot {} a temporary file: {}", what, systemError())};
}
} // namespace

Result<std::shared_ptr<Spool>> Spool::create(const std::string &folder) {
  int descriptor = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
  if (descriptor >= 0)
    return std::make_shared<Spool>(descriptor);
  // Not every file system has files without a name.
  std::string name = folder + "/.tare-XXXXXX";
  descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0)
    return Error{fmt::format("cannot write in {}: {}", folder, systemError())};
  unlink(name.c_str());
  return std::make_shared<Spool>(descriptor);
}

Spool::~Spool() { close(descriptor); }

std::string Spool::path() const { return fmt::format("/proc/self/fd/{}", descriptor); }

Result<uint64_t> Spool::append(const void *data, size_t bytes) {
  uint64_t start = size.fetch_add(bytes);
  Status status = write(start, data, bytes);
  return status ? Result<uint64_t>(start) : status.error();
}

Status Spool::write(uint64_t offset, const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = pwrite(descriptor, next, bytes, off_t(offset));
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return failure("write");
    next += written;
    offset += uint64_t(written);
    bytes -= size_t(written);
  }
  return success();
}

Status Spool::read(uint64_t offset, void *data, size_t bytes) const {
  char *next = static_cast<char *>(data);
  while (bytes > 0) {
    ssize_t got = pread(descriptor, next, bytes, off_t(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return failure("read");
    next += got;
    offset += uint64_t(got);
    bytes -= size_t(got);
  }
  return success();
}

Status SpooledArray::readPiece(size_t piece, uint64_t within, void *data, size_t bytes) {
  bool isThere = piece == aheadPiece && within >= aheadBegin && within + bytes <= aheadBegin + ahead.size();
  if (!isThere) {
    ahead.resize(size_t(std::min<uint64_t>(pieceBytes - within, aheadBytes)));
    aheadPiece = piece, aheadBegin = within;
    Status status = spool->read(pieces[piece] + within, ahead.data(), ahead.size());
    if (!status) {
      ahead.clear();
      return status;
    }
  }
  std::memcpy(data, ahead.data() + (within - aheadBegin), bytes);
  return success();
}

Result<size_t> SpooledArray::read(void *data, size_t bytes) {
  char *next = static_cast<char *>(data);
  size_t left = size_t(std::min<uint64_t>(bytes, size() - position));
  size_t total = left;
  while (left > 0) {
    size_t step;
    if (position < header.size()) {
      step = std::min<size_t>(left, header.size() - position);
      std::memcpy(next, header.data() + position, step);
    } else {
      uint64_t behind = position - header.size();
      uint64_t within = behind % pieceBytes;
      step = std::min({left, size_t(pieceBytes - within), aheadBytes});
      Status status = readPiece(behind / pieceBytes, within, next, step);
      if (!status)
        return status.error();
    }
    next += step;
    position += step;
    left -= step;
  }
  return total;
}
