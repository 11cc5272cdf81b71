//===- Model.h - A loaded program -------------------------------*- C++ -*-===//
//
// An immutable program in memory: the unpacked schema, and pointers to its
// constants, which stay where they are (in the mapped file).
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PROGRAM_MODEL_H
#define TARE_PROGRAM_MODEL_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tare::program {

/// "malformed" programs cannot be had as a Model: the readers verify before
/// they make one. Safe to share among threads.
class Model {
public:
  /// `constants` begins at a multiple of dataAlignment; `owner` keeps it alive.
  /// `program` has passed verify().
  Model(std::string name, ProgramT program, std::span<const std::byte> constants, std::shared_ptr<const void> owner);

  /// The same tensors and constants under a program that differs in its operators' parameters, and has passed verify().
  std::shared_ptr<const Model> withProgram(ProgramT program) const;

  /// The file that it was read from, for messages.
  const std::string &name() const { return fileName; }
  const ProgramT &program() const { return contents; }
  const TensorType &type(uint32_t tensor) const { return types[tensor]; }
  /// A constant tensor's data; nullptr where the tensor lives in the arena.
  const void *constant(uint32_t tensor) const;
  /// The data so many bytes after the beginning of the constants.
  const void *constantAt(uint64_t offset) const { return constants.data() + offset; }

private:
  std::string fileName;
  ProgramT contents;
  std::vector<TensorType> types;
  std::span<const std::byte> constants;
  std::shared_ptr<const void> owner;
};

/// The type of a tensor of the schema.
TensorType typeOf(const TensorT &tensor);

} // namespace tare::program

#endif // TARE_PROGRAM_MODEL_H
