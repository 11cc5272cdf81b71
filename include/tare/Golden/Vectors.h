//===- Vectors.h - What a folder of golden vectors holds --------*- C++ -*-===//
//
// Golden vectors are what a program computes, layer by layer, as arrays that a hardware team replays against its own
// implementation. docs/golden.md describes the folder for them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_GOLDEN_VECTORS_H
#define TARE_GOLDEN_VECTORS_H

#include "tare/Program/Model.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tare::golden {

/// A .npy file of the folder.
struct Array {
  /// Relative to the folder: "002_conv1/weights.npy".
  std::string file;
  /// The array's type; for a value of the network that of one sample.
  TensorType type;
  /// A value of the network: the file has the samples along a new first axis.
  bool perSample = false;
};

/// What the file holds.
TensorType typeInFile(const Array &array, int64_t samples);

/// A requantization at its breakpoints: one row for the first and one for the last accumulator of each step of each
/// channel's staircase.
struct Breakpoints {
  /// The element of the lists of multipliers and shifts, i32 [rows].
  Array channels;
  /// i64 [rows]
  Array accumulators;
  /// What the requantization makes of them, of the result's element type [rows].
  Array outputs;
  /// The steps of all channels, and those that have rows.
  int64_t steps = 0, written = 0;
};

struct LayerVectors {
  /// "002_conv1"
  std::string folder;
  std::vector<Array> operands;
  Array result;
  /// The results behind the first, which host layers may have.
  std::vector<Array> further = {};
  /// What scales and rounds the accumulators; nothing where the layer scales nothing, or gives the accumulator itself.
  std::optional<program::RequantT> requant;
  /// Shaped like the result, of the type that the operator's kernel says; there with `requant`.
  std::optional<Array> accumulators;
  std::optional<Breakpoints> breakpoints;
  /// Why there is a requantization, but no breakpoints of it.
  std::string note;
};

struct Vectors {
  int64_t samples = 0;
  /// In the order of the program's inputs, layers and outputs.
  std::vector<Array> inputs;
  std::vector<LayerVectors> layers;
  std::vector<Array> outputs;
  /// The arrays among them that do not depend on inputs, by their tensors.
  std::map<uint32_t, Array> constants;

  /// The folders in which files are, or will be.
  std::set<std::string> folders() const;
};

/// Names every array of the folder, apart from breakpoints. A tensor has one file: that of the layer that writes it; a
/// constant that of the first layer that reads it.
Vectors planVectors(const program::Model &model, int64_t samples);

/// What an operand is to its operator: "input", "weights", "bias", "table", "lhs", "rhs".
std::string roleOf(program::Op op, size_t operand);

/// A name from a user's model as part of a file's name: letters, digits, dots and dashes, at most 64.
std::string safeName(const std::string &name);

} // namespace tare::golden

#endif // TARE_GOLDEN_VECTORS_H
