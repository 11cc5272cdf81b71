//===- Target.h - What passes know of the hardware --------------*- C++ -*-===//
//
// A target is data: a YAML description that passes ask, never a name that they
// test. docs/targets.md explains each key.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TARGET_TARGET_H
#define TARE_TARGET_TARGET_H

#include "tare/Schema/element_type_generated.h"
#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Result.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// An activation type that the hardware computes with.
struct ActivationFormat {
  ElementType type = ElementType::i8;
  /// Zero point 0, and the most negative integer unused.
  bool symmetric = false;
  /// The width of the accumulator of its products with weights.
  int accumulatorBits = 32;

  bool operator==(const ActivationFormat &) const = default;
};

struct WeightFormat {
  ElementType type = ElementType::i8;
  bool symmetric = true;
  /// A scale per output channel; otherwise one for the tensor.
  bool perChannel = true;

  bool operator==(const WeightFormat &) const = default;
};

/// The shifts q that the requantizer has.
struct ShiftRange {
  int min = 0;
  int max = 31;

  bool operator==(const ShiftRange &) const = default;
};

/// How the hardware brings an accumulator to its result's grid.
enum class Requantizer {
  /// A multiplication and one shift.
  multiply_shift,
  /// A shift alone: the multiplier is 1, and every scale a power of two.
  shift,
  /// A shift to 16 bits, a multiplication and a second shift, a bias and a third shift.
  three_stage
};

/// As a description spells it.
llvm::StringRef nameOf(Requantizer requantizer);

/// What a layer may give whose only user is a dequantize.
enum class Tail {
  /// The accumulator itself.
  i32,
  /// The accumulator, dequantized by the hardware.
  f32,
  /// Nothing but an activation.
  activation
};

/// As a description spells it.
llvm::StringRef nameOf(Tail tail);

/// The order of an activation's dimensions.
enum class Layout { nhwc };

/// The entries of a lookup table, by activation type.
struct TableSizes {
  int i8 = 256;
  int i16 = 513;

  bool operator==(const TableSizes &) const = default;
};

struct MemoryFormat {
  /// The size of the arena for activations; without it there is no limit.
  std::optional<int64_t> arenaBytes;
  /// Of each tensor in the arena, in bytes.
  int64_t alignment = 64;

  bool operator==(const MemoryFormat &) const = default;
};

/// An integer operator by its name in the program ("conv"), and the types of activations that it has (docs/targets.md
/// says which of its operands and results these are), in the order of Target::activations.
struct OperatorFormat {
  std::string name;
  std::vector<ElementType> types;

  bool operator==(const OperatorFormat &) const = default;
};

struct Target {
  std::string name;
  std::string description;
  std::vector<ActivationFormat> activations;
  WeightFormat weights;
  Requantizer requantizer = Requantizer::multiply_shift;
  /// Multipliers m are below 2^multiplierBits.
  int multiplierBits = 15;
  /// Those of means, whose number of elements is divided by.
  int meanMultiplierBits = 15;
  /// The width of the product of accumulator and multiplier, with its sign.
  int productBits = 64;
  ShiftRange shift;
  program::Rounding rounding = program::Rounding::half_up;
  Tail tail = Tail::i32;
  Layout layout = Layout::nhwc;
  TableSizes tables;
  /// Whether a layer may have a function behind its accumulator, by a table of 16-bit integers (A64).
  bool layerFunctions = false;
  MemoryFormat memory;
  /// The integer operators.
  std::vector<OperatorFormat> operators;

  /// The format of that activation type; nothing where the hardware has none.
  const ActivationFormat *activation(ElementType type) const;
  /// The operator of that name; null where the hardware has none.
  const OperatorFormat *findOp(llvm::StringRef op) const;
  /// Whether the hardware has the operator, for some type of activations or for this one. Integers of a type that no
  /// activation has, which enter or leave, count for none.
  bool hasOp(llvm::StringRef op) const { return findOp(op) != nullptr; }
  bool hasOp(llvm::StringRef op, ElementType type) const;
  /// Whether every operator there is has every type of `activations`.
  bool hasAllOps() const;
  /// Whether a scale is a power of two or no good.
  bool powerOfTwoScales() const { return requantizer == Requantizer::shift; }

  bool operator==(const Target &) const = default;
};

/// Reads a description; an error says the file (`fileName`, as the user knows
/// it), the line, and what is wrong there.
Result<Target> parseTarget(llvm::StringRef yaml, llvm::StringRef fileName);

/// The description with every key, in YAML.
std::string printTarget(const Target &target);

/// A description that comes with Tare.
struct ShippedTarget {
  llvm::StringRef name;
  /// The file as it is in targets/, comments included.
  llvm::StringRef yaml;
};
llvm::ArrayRef<ShippedTarget> shippedTargets();

/// The shipped target of that name, or the one that the file describes.
Result<Target> loadTarget(const std::string &nameOrFile);

/// The names of all integer operators, in the order of the program's schema.
std::vector<std::string> allOperatorNames();

} // namespace tare

#endif // TARE_TARGET_TARGET_H
