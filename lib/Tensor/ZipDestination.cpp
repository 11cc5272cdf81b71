//===- ZipDestination.cpp - Where libzip writes an archive ----------------===//

#include "ZipDestination.h"

#include <algorithm>
#include <cerrno>

using namespace tare;

namespace {
/// Written from the second cache, few times.
constexpr size_t pieceBytes = 128 << 10;
} // namespace

ZipDestination::ZipDestination(Write write) : write(std::move(write)) {
  gathered.reserve(pieceBytes);
  zip_error_init(&error);
}

zip_t *ZipDestination::open() {
  zip_source_t *source = zip_source_function_create(call, this, nullptr);
  zip_t *zip = source ? zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, nullptr) : nullptr;
  if (source && !zip)
    zip_source_free(source);
  return zip;
}

zip_int64_t ZipDestination::call(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command) {
  return static_cast<ZipDestination *>(user)->handle(data, bytes, command);
}

zip_int64_t ZipDestination::handle(void *data, zip_uint64_t bytes, zip_source_cmd_t command) {
  switch (command) {
  case ZIP_SOURCE_WRITE:
    return append(static_cast<const char *>(data), size_t(bytes));
  case ZIP_SOURCE_SEEK_WRITE:
    return seek(data, bytes);
  case ZIP_SOURCE_TELL_WRITE:
    return zip_int64_t(begin + gathered.size());
  case ZIP_SOURCE_COMMIT_WRITE:
    return flush();
  case ZIP_SOURCE_STAT: {
    auto *stat = static_cast<zip_stat_t *>(data);
    zip_stat_init(stat);
    stat->size = 0;
    stat->valid = ZIP_STAT_SIZE;
    return sizeof(*stat);
  }
  case ZIP_SOURCE_ERROR:
    return zip_error_to_data(&error, data, bytes);
  case ZIP_SOURCE_SUPPORTS:
    return ZIP_SOURCE_SUPPORTS_WRITABLE;
  default: // It is empty when it is opened, and nothing of it is read.
    return 0;
  }
}

zip_int64_t ZipDestination::append(const char *data, size_t bytes) {
  for (size_t left = bytes; left > 0;) {
    size_t step = std::min(left, pieceBytes - gathered.size());
    gathered.append(data, step);
    data += step, left -= step;
    if (gathered.size() == pieceBytes && flush() < 0)
      return -1;
  }
  end = std::max(end, begin + gathered.size());
  return zip_int64_t(bytes);
}

zip_int64_t ZipDestination::seek(void *data, zip_uint64_t bytes) {
  zip_int64_t to = zip_source_seek_compute_offset(begin + gathered.size(), end, data, bytes, &error);
  if (to < 0 || flush() < 0)
    return -1;
  begin = uint64_t(to);
  return 0;
}

zip_int64_t ZipDestination::flush() {
  if (written)
    written = write(begin, gathered.data(), gathered.size());
  if (!written) {
    zip_error_set(&error, ZIP_ER_WRITE, errno);
    return -1;
  }
  begin += gathered.size();
  gathered.clear();
  return 0;
}
