//===- MemoryArrays.h - Arrays in memory that are read as a file -*- C++ -*-===//
#ifndef TARE_TENSOR_MEMORYARRAYS_H
#define TARE_TENSOR_MEMORYARRAYS_H

#include "tare/Tensor/Npy.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace tare {

/// Data that lie in memory, and are read by a name as an .npz is by its path: wherever a path of data is taken, this
/// name is. Each array consists of parts, the samples or batches that it came in, whose memory is read where it is.
class MemoryArrays {
public:
  /// By array, its parts, all of one type but for their first dimension. An array without a name is that of the only
  /// input of whoever reads it.
  using Arrays = std::map<std::string, std::vector<Tensor>>;

  /// `name` stands in messages; it gets a number where another one has it.
  MemoryArrays(const std::string &name, Arrays arrays);
  ~MemoryArrays();
  MemoryArrays(const MemoryArrays &) = delete;
  MemoryArrays &operator=(const MemoryArrays &) = delete;

  const std::string &name() const { return ownName; }

  /// Those of that name; null where there are none.
  static std::shared_ptr<const Arrays> find(const std::string &name);

private:
  std::string ownName;
};

/// An array of `arrays` as a stream, for an input of this shape: its parts are a sample each where that fits, or else
/// lie one after the other along their first axis. Without a shape parts are samples where they have no axis.
Result<ArrayStream> openParts(std::shared_ptr<const MemoryArrays::Arrays> arrays, const std::string &array,
                              const std::string &label, const Shape *input = nullptr);

/// Whether there is an array for an input of that name.
bool hasArray(const MemoryArrays::Arrays &arrays, const std::string &name);

} // namespace tare

#endif // TARE_TENSOR_MEMORYARRAYS_H
