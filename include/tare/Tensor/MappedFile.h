//===- MappedFile.h - A file as memory --------------------------*- C++ -*-===//
#ifndef TARE_TENSOR_MAPPEDFILE_H
#define TARE_TENSOR_MAPPEDFILE_H

#include "tare/Tensor/Result.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace tare {

/// A regular file mapped read-only: pages are read when they are touched, and
/// shared among processes. The file must not be overwritten in place while it
/// is mapped; Tare's own writers replace files instead (AtomicFile).
class MappedFile {
public:
  /// An empty file gives empty bytes. An error for what Git LFS has left in place of a file.
  static Result<std::shared_ptr<const MappedFile>> open(const std::string &path);

  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {memory, size}; }

  /// Gives back the memory of the pages that lie within these bytes, where a file is mapped there; does nothing
  /// elsewhere. They can be read as before, from the file again. For those who have read much and will not soon read it
  /// again.
  static void forget(const void *begin, size_t bytes);

private:
  MappedFile(const std::byte *memory, size_t size);

  const std::byte *memory;
  size_t size;
};

} // namespace tare

#endif // TARE_TENSOR_MAPPEDFILE_H
