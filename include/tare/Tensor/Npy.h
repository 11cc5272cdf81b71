//===- Npy.h - numpy's .npy arrays ------------------------------*- C++ -*-===//
//
// Arrays are read as a stream, so that data of any size takes the memory of
// what is read at a time. Headers come from users' files: whatever is wrong
// with one is an error that says what numpy call repairs it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_NPY_H
#define TARE_TENSOR_NPY_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <string>

namespace tare {

/// Where the bytes of an array come from: a file, or a member of an archive.
class ByteSource {
public:
  virtual ~ByteSource() = default;
  /// Reads up to `bytes`; less only at the end.
  virtual Result<size_t> read(void *data, size_t bytes) = 0;
};

/// How an array's elements are stored.
struct NpyHeader {
  /// The type and shape as Tare reads them: float16 reads as float32.
  TensorType type;
  /// The bytes of one stored element.
  size_t storedBytes = 0;
  /// Stored in the other byte order.
  bool swapped = false;
  /// float16, widened while reading.
  bool half = false;
  /// The bytes of the header itself.
  size_t headerBytes = 0;
};

/// Reads and checks a header; `name` is the file (and member) for messages.
Result<NpyHeader> readNpyHeader(ByteSource &source, const std::string &name);

/// The header that numpy writes for this type, padded to a multiple of 64 bytes
/// and to at least `minimumBytes` (room for a shape that is not known yet).
std::string npyHeader(const TensorType &type, size_t minimumBytes = 0);

/// An array that is read from its beginning to its end.
class ArrayStream {
public:
  /// Reads the header; `name` is the file (and member) for messages.
  static Result<ArrayStream> open(std::unique_ptr<ByteSource> source, std::string name);

  /// The whole array's type.
  const TensorType &type() const { return header.type; }
  /// The bytes that the whole array and its header take where they are stored.
  uint64_t storedSize() const;
  /// Reads the next `count` elements, of the type's element type.
  Status read(void *elements, int64_t count);
  /// Reads the whole array; only from its beginning.
  Result<Tensor> readAll();
  /// Passes over the next `count` elements.
  Status skip(int64_t count);

private:
  Status readBytes(void *data, size_t bytes);

  std::unique_ptr<ByteSource> source;
  std::string name;
  NpyHeader header;
  int64_t remaining = 0; // elements
};

/// Opens a .npy file as a stream.
Result<ArrayStream> openNpy(const std::string &path);
/// Reads a whole .npy file.
Result<Tensor> readNpy(const std::string &path);
/// Writes a .npy file, atomically.
Status writeNpy(const std::string &path, ConstTensorView tensor);

} // namespace tare

#endif // TARE_TENSOR_NPY_H
