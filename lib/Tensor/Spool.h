//===- Spool.h - Samples of many arrays in one nameless file ----*- C++ -*-===//
//
// Samples arrive in any order and from several threads, and the arrays' sizes
// are known at the end only: so they are first put down in one nameless file.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_TENSOR_SPOOL_H
#define TARE_LIB_TENSOR_SPOOL_H

#include "tare/Tensor/Result.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tare {

/// A nameless file that disappears with its last user.
class Spool {
public:
  /// In `folder`, on whose disk the result will lie.
  static Result<std::shared_ptr<Spool>> create(const std::string &folder);
  explicit Spool(int descriptor) : descriptor(descriptor) {}
  ~Spool();

  /// Appends; gives the offset. For several threads at once.
  Result<uint64_t> append(const void *data, size_t bytes);
  /// Overwrites at an offset.
  Status write(uint64_t offset, const void *data, size_t bytes);
  Status read(uint64_t offset, void *data, size_t bytes) const;
  /// Opens it again, in this process.
  std::string path() const;

private:
  int descriptor;
  std::atomic<uint64_t> size{0};
};

/// Reads a header and then pieces of equal size from a spool, as one stream.
class SpooledArray {
public:
  SpooledArray(std::shared_ptr<Spool> spool, std::string header, std::vector<uint64_t> pieces, size_t pieceBytes)
      : spool(std::move(spool)), header(std::move(header)), pieces(std::move(pieces)), pieceBytes(pieceBytes) {}

  uint64_t size() const { return header.size() + pieces.size() * pieceBytes; }
  void rewind() { position = 0; }
  /// Reads up to `bytes`; less only at the end.
  Result<size_t> read(void *data, size_t bytes);

private:
  Status readPiece(size_t piece, uint64_t within, void *data, size_t bytes);

  std::shared_ptr<Spool> spool;
  std::string header;
  std::vector<uint64_t> pieces; // offsets
  size_t pieceBytes;
  uint64_t position = 0;
  /// What follows `aheadBegin` in the piece `aheadPiece`: libzip asks for little at a time.
  std::string ahead;
  size_t aheadPiece = 0;
  uint64_t aheadBegin = 0;
};

} // namespace tare

#endif // TARE_LIB_TENSOR_SPOOL_H
