//===- Npz.h - numpy's .npz archives ----------------------------*- C++ -*-===//
//
// An .npz is a zip archive (stored or deflated, of any size) of .npy members.
// Reading and writing are streams: memory does not grow with the arrays.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TENSOR_NPZ_H
#define TARE_TENSOR_NPZ_H

#include "tare/Tensor/MemoryArrays.h"
#include "tare/Tensor/Npy.h"

#include <deque>
#include <map>
#include <mutex>
#include <vector>

namespace tare {

/// An open .npz archive, or MemoryArrays by their name. Not for several threads at once; its streams neither.
class NpzReader {
public:
  static Result<NpzReader> open(const std::string &path);

  /// The arrays' names, in the archive's order.
  const std::vector<std::string> &names() const { return arrayNames; }
  bool contains(const std::string &name) const;
  /// Opens an array as a stream. Streams keep the archive open.
  Result<ArrayStream> stream(const std::string &name) const;
  /// The same for an input of this shape, which tells how MemoryArrays hold samples of it.
  Result<ArrayStream> stream(const std::string &name, const Shape &input) const;
  /// Reads a whole array.
  Result<Tensor> read(const std::string &name) const;

private:
  std::shared_ptr<void> archive;
  /// In place of an archive.
  std::shared_ptr<const MemoryArrays::Arrays> memory;
  std::string path;
  std::vector<std::string> arrayNames;
  std::map<std::string, uint64_t> index;
};

/// How the samples of one array lie along its first axis.
enum class Stacking {
  /// A new first axis: [3, 4] becomes [N, 3, 4].
  newAxis,
  /// The sample's own first axis: [8, 4] becomes [8 N, 4].
  firstAxis,
};

/// An .npz (or, by the name's end, a .npy with its only array) that appears
/// when it is complete. Equal contents give equal bytes.
class ArrayWriter {
public:
  static Result<ArrayWriter> create(const std::string &path);

  /// Declares an array that is written sample by sample; gives its number.
  Result<size_t> addSamples(const std::string &name, TensorType sample, Stacking stacking);
  /// Writes one sample of an array: in any order, in several threads at once.
  Status write(size_t array, int64_t sample, ConstTensorView values);
  /// Declares and writes a whole array.
  Status add(const std::string &name, ConstTensorView values);
  /// Completes the file; every array's samples 0 to its last must be there.
  Status commit();

private:
  struct Array;
  struct State;
  ArrayWriter() = default;
  Result<size_t> addArray(const std::string &name, TensorType sample, bool stacked, Stacking stacking);
  Status commitNpy();
  Status commitNpz();

  std::shared_ptr<State> state;
};

} // namespace tare

#endif // TARE_TENSOR_NPZ_H
