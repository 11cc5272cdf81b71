//===- AtomicFolder.h - Folders that appear whole or not at all -*- C++ -*-===//
//
// Files are written into a temporary folder beside the destination, which gets its name when all of them are there. A
// failure leaves nothing behind.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_ATOMICFOLDER_H
#define TARE_TENSOR_ATOMICFOLDER_H

#include "tare/Tensor/Result.h"

#include <cstdint>
#include <memory>
#include <string>

namespace tare {

class TemporaryPath;

/// A folder being filled. Destroying it before commit() removes what is in it.
class AtomicFolder {
public:
  /// Makes a temporary folder beside `path`, which must not exist, or be an empty folder; links are followed.
  static Result<AtomicFolder> create(const std::string &path);

  AtomicFolder(AtomicFolder &&other) noexcept;
  AtomicFolder &operator=(AtomicFolder &&) = delete;
  ~AtomicFolder();

  /// Writes into the file `name` ("inputs/0.npy"), from a byte on; makes the file where there is none. It is open only
  /// meanwhile, so that there may be any number of files. For several threads at once, on ranges of their own.
  Status write(const std::string &name, uint64_t offset, const void *data, size_t bytes) const;
  /// Makes a folder in it.
  Status makeFolder(const std::string &name) const;
  /// Makes the folder appear under its name.
  Status commit();

private:
  AtomicFolder();
  Error failure(const std::string &name) const;
  /// The names that it has made, in their order.
  struct Made;
  void remove();

  std::string path;                         // as the user wrote it, for messages
  std::string destination;                  // behind links
  std::unique_ptr<TemporaryPath> temporary; // none when there is nothing to remove
  std::unique_ptr<Made> made;
};

} // namespace tare

#endif // TARE_TENSOR_ATOMICFOLDER_H
