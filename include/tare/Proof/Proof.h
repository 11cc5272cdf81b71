//===- Proof.h - What a program's integers may be off -----------*- C++ -*-===//
#ifndef TARE_PROOF_PROOF_H
#define TARE_PROOF_PROOF_H

#include "tare/Proof/Steps.h"

#include <optional>
#include <string>
#include <vector>

namespace tare::proof {

/// How a layer's error is known.
enum class Method {
  /// Every breakpoint of every channel was walked.
  steps,
  /// A sum: every pair of operands was computed (8 bits).
  pairs,
  /// An upper bound: nothing that the operands can be is worse, and perhaps nothing is as bad.
  bound,
  /// Nothing is off: integers move, or the accumulator itself is the result.
  exact,
  /// A function by its table: every input of every table was computed.
  table,
  /// The border to real numbers, which is off by a float32's rounding beside that of the grid: a bound where real
  /// numbers enter; where they leave, half a unit in the last place, which is no number of steps.
  border,
  /// Computed on the host, in the model's own types: there is no grid that its results would be off.
  host,
  /// The program does not say what the layer's integers stand for.
  unknown
};
const char *nameOf(Method method);

/// What is known of the worst error of one layer.
struct LayerProof {
  std::string name, kind;
  Method method = Method::unknown;
  /// Scaled channels, counts of averaged elements, or tables; 0 where nothing is scaled.
  int64_t channels = 0;
  /// The steps, pairs or inputs that were looked at.
  int64_t steps = 0;
  Deviation worst;
  /// The channel of the worst error.
  int64_t channel = 0;
  /// Of an interpolated table the worst error where calibration came to, in its own channel; nothing where the program
  /// does not say where that is. `worst` may be far from it, as next to the pole of a reciprocal of what is never
  /// negative.
  std::optional<Deviation> reached = std::nullopt;
  int64_t reachedChannel = 0;
  /// Of an unknown one: what is missing.
  std::string reason;

  /// Whether `worst` has an error in steps of the result: a worst case or a bound.
  bool isMeasured() const;
  /// Whether it is a case that occurs, with its accumulator, output and real number.
  bool isAttained() const;
};

/// The worst error of one layer, over everything that its operands can be, with the zero points that it computes with.
LayerProof proveLayer(const program::Model &model, const program::LayerT &layer);

/// All layers, in order, none of which is proven that computes with other zero points than its tensors have; up to
/// `threads` at once, the same result for any number of them.
std::vector<LayerProof> prove(const program::Model &model, size_t threads);

} // namespace tare::proof

#endif // TARE_PROOF_PROOF_H
