//===- Proof.h - What a program's integers may be off -----------*- C++ -*-===//
#ifndef TARE_PROOF_PROOF_H
#define TARE_PROOF_PROOF_H

#include "tare/Proof/Steps.h"

#include <string>
#include <vector>

namespace tare::proof {

/// How a layer's error is known.
enum class Method {
  /// Every breakpoint of every channel was walked.
  steps,
  /// A sum: every pair of operands was computed (8 bits).
  pairs,
  /// A sum: no pair of operands can be worse than this (16 bits).
  bound,
  /// Nothing is scaled: integers move, or the accumulator itself is the result.
  exact,
  /// A table of the function, or an interpolation: nothing of it is scaled.
  table,
  /// The border to real numbers.
  border,
  /// The program does not say on which grids the layer works.
  unknown
};
const char *nameOf(Method method);

struct LayerProof {
  std::string name, kind;
  Method method = Method::exact;
  /// Scaled channels, or counts of averaged elements; 0 where nothing is scaled.
  int64_t channels = 0;
  int64_t steps = 0;
  Deviation worst;
  /// The channel of the worst error.
  int64_t channel = 0;
};

/// The worst error of one layer, over everything that its operands can be.
LayerProof proveLayer(const program::Model &model, const program::LayerT &layer);

/// All layers, in order; up to `threads` at once, the same result for any number of them.
std::vector<LayerProof> prove(const program::Model &model, size_t threads);

} // namespace tare::proof

#endif // TARE_PROOF_PROOF_H
