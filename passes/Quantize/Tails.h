//===- Tails.h - Accumulators that leave the graph --------------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_TAILS_H
#define TARE_PASSES_QUANTIZE_TAILS_H

#include "Quantize/GridGroups.h"
#include "tare/Target/Target.h"

namespace tare {

/// An accumulator op whose result goes nowhere but out, rearranged at most, keeps its i32 accumulator: where the target
/// has such tails, the accumulator of these activations fits 32 bits, and no activation is fused into the op.
class Tails {
public:
  Tails(const Target &target, const ActivationFormat &activations, const OutputBoundary &boundary);

  bool contains(mlir::Operation *op) const;
  /// Whether `op` is a tail if nobody within the graph reads its result.
  bool mayKeepAccumulator(mlir::Operation *op) const;
  /// Why an accumulator op whose result leaves the graph is no tail; nothing for other ops and for tails.
  std::optional<std::string> whyNot(mlir::Operation *op) const;

private:
  /// Whether `user` takes a result out of the graph.
  bool takesOut(mlir::Operation *user) const;

  const OutputBoundary &boundary;
  /// Why the target has no tails; empty where it has.
  std::string noTails;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_TAILS_H
