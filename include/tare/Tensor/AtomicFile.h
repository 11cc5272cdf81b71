//===- AtomicFile.h - Files that appear whole or not at all -----*- C++ -*-===//
//
// A file is written without a name, or where the file system has no such files
// under a temporary one, in the folder of its destination, and gets its name
// when it is complete. A failure (a full disk, an error further up, the end of
// the process) leaves no output behind and an older file untouched.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_ATOMICFILE_H
#define TARE_TENSOR_ATOMICFILE_H

#include "tare/Tensor/Result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tare {

class TemporaryPath;

/// A file being written. Destroying it before commit() removes what was
/// written. Devices, pipes and standard output (StandardStreams.h) are written
/// directly.
class AtomicFile {
public:
  /// Opens a temporary file beside `path`; links are followed.
  static Result<AtomicFile> create(const std::string &path);
  /// The same with a temporary name, as where the file system has no files without one.
  static Result<AtomicFile> createNamed(const std::string &path);

  AtomicFile(AtomicFile &&other) noexcept;
  AtomicFile &operator=(AtomicFile &&other) noexcept;
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;
  ~AtomicFile();

  /// Appends.
  Status write(const void *data, size_t bytes);
  Status write(std::string_view text) { return write(text.data(), text.size()); }
  /// Overwrites at an offset; several threads may, on ranges of their own.
  Status writeAt(uint64_t offset, const void *data, size_t bytes);
  /// Makes the file appear under its name.
  Status commit();
  /// The name under which the file is being written; empty for devices and
  /// pipes, and where it has none.
  const std::string &temporaryPath() const;
  /// The bytes appended so far.
  uint64_t size() const { return appended; }

private:
  AtomicFile();
  static Result<AtomicFile> open(const std::string &path, bool named);
  void openNamed();
  bool giveName();
  void discard();
  Error failure() const;

  int descriptor = -1;
  uint64_t appended = 0;
  std::string path;                         // as the user wrote it, for messages
  std::string destination;                  // behind links; empty: `path` itself is being written
  std::unique_ptr<TemporaryPath> temporary; // the name; none: there is none
};

/// Writes a whole file atomically.
Status writeFile(const std::string &path, std::string_view contents);

} // namespace tare

#endif // TARE_TENSOR_ATOMICFILE_H
