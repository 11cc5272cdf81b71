//===- Tails.h - Accumulators that leave the graph --------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_TAILS_H
#define TARE_PASSES_QUANTIZE_TAILS_H

#include "Quantize/GridGroups.h"
#include "tare/Target/Target.h"

namespace tare {

/// An accumulator op whose result goes nowhere but out, moved at most, keeps its i32 accumulator: where the target
/// has such tails, the accumulator of the op's activations fits 32 bits, and no activation is fused into the op.
class Tails {
public:
  /// `activations`: those that the model does not quantize itself.
  Tails(const Target &target, const ActivationFormat &activations, const OutputBoundary &boundary);

  bool contains(mlir::Operation *op) const;
  /// Whether `op` is a tail if nobody within the graph reads its result.
  bool mayKeepAccumulator(mlir::Operation *op) const;
  /// Why an accumulator op whose result leaves the graph is no tail; nothing for other ops and for tails.
  std::optional<std::string> whyNot(mlir::Operation *op) const;

private:
  /// Why the accumulator of `op` cannot leave; empty where it can.
  std::string reasonAgainst(mlir::Operation *op) const;

  const Target &target;
  const ActivationFormat &activations;
  const OutputBoundary &boundary;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_TAILS_H
