//===- OpFacts.h - What an operator means, beside what it computes --------===//
//
// Facts that other parts ask of every operator. None has a default: an operator
// without them does not compile.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_KERNELS_OPFACTS_H
#define TARE_KERNELS_OPFACTS_H

#include "tare/Schema/program_generated.h"
#include "tare/Tensor/Tensor.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tare::kernels {

/// An operand as `prepare` sees it: its type, its data where it is a constant (nullptr otherwise), and the zero point
/// of its grid, where that is known.
struct Operand {
  TensorType type;
  const void *constant = nullptr;
  int64_t zeroPoint = 0;
};

/// What an operator's integers are to the real numbers that they stand for. The proof has one method for each.
enum class Meaning {
  /// Elements move or are chosen; operands and result are on one grid.
  movement,
  /// An accumulator is scaled to the result's grid; without a requantization it is the result.
  scaled,
  /// The sum of two operands that have a multiplier each.
  sum,
  /// A function by its table.
  table,
  /// Shares of a whole, by a table of exponentials, scaled.
  softmax,
  /// Groups of elements less their means, by the root of their variances, scaled.
  normalize,
  /// Weighted means of neighbours, by weights of as many bits as the operator says; or neighbours themselves.
  resize,
  /// Real numbers enter.
  quantize,
  /// Real numbers leave.
  dequantize,
  /// Computed in the model's own types: nothing is on a grid.
  host,
  /// Elements move into a step of a loop, or out of it; a state is on one grid at all steps.
  loop
};
inline constexpr size_t meanings = size_t(Meaning::loop) + 1;

/// What the dimensions of the first operand and the result are.
enum class Layout {
  /// Whatever its neighbours say.
  any,
  /// [N, spatial.., C] by definition.
  channelsLast
};

/// What an operator's operands are to it.
class Roles {
public:
  /// One name per operand: {"input", "weights", "bias"}.
  constexpr Roles(std::initializer_list<std::string_view> operands) : count(operands.size()) {
    std::copy(operands.begin(), operands.end(), names.begin());
  }
  /// Any number of operands: "input0", "input1", ..
  static constexpr Roles numbered(std::string_view name) {
    Roles roles({name});
    roles.isNumbered = true;
    return roles;
  }

  /// How many operands there may be; nothing where any number.
  constexpr std::optional<size_t> most() const { return isNumbered ? std::nullopt : std::optional(count); }
  /// The role of an operand below most().
  std::string of(size_t operand) const {
    return isNumbered ? std::string(names[0]) + std::to_string(operand) : std::string(names.at(operand));
  }

private:
  std::array<std::string_view, 3> names;
  size_t count;
  bool isNumbered = false;
};

/// The zero points that an operator computes with, as far as its parameters say them: what others hold (a linear
/// layer's bias, a table) is not among them.
struct ZeroPoints {
  /// What is taken off the first operands, in their order.
  std::vector<int64_t> operands = {};
  /// What is added to the result.
  std::optional<int64_t> result = {};
};

/// What is asked of every operator.
struct OpFacts {
  Meaning meaning;
  Roles roles;
  Layout layout;
  ZeroPoints (*zeroPoints)(const program::OpUnion &op);

  constexpr OpFacts(Meaning meaning, Roles roles, Layout layout, ZeroPoints (*zeroPoints)(const program::OpUnion &))
      : meaning(meaning), roles(roles), layout(layout), zeroPoints(zeroPoints) {}
};

/// The accumulators of one output channel, or of one count of averaged elements.
struct Reach {
  /// The element of the requantization's lists that belongs to it: the output channel, or the number of averaged
  /// elements less one.
  int64_t index = 0;
  /// The accumulators that some input gives; the ends are reached.
  int64_t low = 0, high = 0;
  /// The real number is the accumulator times the operands' scales by this: the number of averaged elements.
  double divisor = 1;
};

/// How an operator scales its accumulators.
struct Scaling {
  /// The requantization, which may be null.
  program::RequantT *(*requant)(program::OpUnion &op);
  /// The accumulator's step is the product of the scales of so many operands, the first ones as a rule.
  size_t scaledOperands;
  /// Whatever the operands' integers are, by the weights, the zero points and the types.
  std::vector<Reach> (*reaches)(const program::OpUnion &op, std::span<const Operand> operands,
                                const TensorType &result);
  /// (A19) What no partial sum exceeds; nullptr for operators that sum nothing, nothing where weights are no constants.
  std::optional<int64_t> (*bound)(const program::OpUnion &op, std::span<const Operand> operands) = nullptr;
  /// The first of the scaled operands.
  size_t firstScaled = 0;
};

} // namespace tare::kernels

#endif // TARE_KERNELS_OPFACTS_H
