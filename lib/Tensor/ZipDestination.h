//===- ZipDestination.h - Where libzip writes an archive --------*- C++ -*-===//
//
// Left to itself, libzip makes a file of its own beside the one that it is
// told, and writes it by 4 KiB.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TENSOR_ZIPDESTINATION_H
#define TARE_LIB_TENSOR_ZIPDESTINATION_H

#include "tare/Tensor/Result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <zip.h>

namespace tare {

/// Gathers what libzip writes into large pieces. Headers are completed behind
/// their members' data, so that places are written twice.
class ZipDestination {
public:
  /// Writes at an offset; errno says why it could not.
  using Write = std::function<Status(uint64_t offset, const void *data, size_t bytes)>;
  explicit ZipDestination(Write write);
  ~ZipDestination() { zip_error_fini(&error); }
  ZipDestination(const ZipDestination &) = delete;
  ZipDestination &operator=(const ZipDestination &) = delete;

  /// A new archive, which this must outlive; null where libzip cannot begin one.
  zip_t *open();
  /// Of the archive, once it is closed.
  uint64_t size() const { return end; }
  /// Of the first write that failed.
  const Status &status() const { return written; }

private:
  static zip_int64_t call(void *user, void *data, zip_uint64_t bytes, zip_source_cmd_t command);
  zip_int64_t handle(void *data, zip_uint64_t bytes, zip_source_cmd_t command);
  zip_int64_t append(const char *data, size_t bytes);
  zip_int64_t seek(void *data, zip_uint64_t bytes);
  zip_int64_t flush();

  Write write;
  Status written = success();
  /// What has been gathered, from the offset `begin` on.
  std::string gathered;
  uint64_t begin = 0, end = 0;
  zip_error_t error;
};

} // namespace tare

#endif // TARE_LIB_TENSOR_ZIPDESTINATION_H
