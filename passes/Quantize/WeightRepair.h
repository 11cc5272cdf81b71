//===- WeightRepair.h - Weight scales that are too fine ---------*- C++ -*-===//
//
// A channel whose weights are nearly zero has a scale so fine that its bias
// would need more than 32 bits, or its multiplier would lose all of its bits
// to the largest shift. A coarser scale represents such a channel at least as
// well as the hardware could use it. And where a channel's sum could leave the
// accumulator, a coarser scale makes its integers smaller.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H
#define TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H

#include "Quantize/Grids.h"
#include "tare/Target/Target.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// What stands around the weights of an accumulator op.
struct AccumulatorContext {
  /// float32.
  Tensor weights;
  /// Null where there is none.
  mlir::ElementsAttr bias;
  qnn::Grid activation;
  /// Nothing where the accumulator itself leaves.
  std::optional<qnn::Grid> result;
};

/// What a weight scale can be too fine for.
enum class TooFineFor { bias, accumulator, shift };

struct RaisedScale {
  int64_t channel;
  /// What demanded the most.
  TooFineFor cause;
  double from, to;
  /// What raising it may change of a result at most: in steps of the result's grid, or in real numbers where the
  /// accumulator leaves.
  double cost;
};

/// Raises the scales in `grid` that are too fine for the bias, the accumulator or the target's shifts.
llvm::SmallVector<RaisedScale> raiseFineScales(qnn::Grid &grid, const AccumulatorContext &context,
                                               const Target &target);

/// What rounding the weights to `grid` may change of a result at most: in steps of the result's grid, or in real numbers
/// where the accumulator leaves.
double roundingCost(const AccumulatorContext &context, const qnn::Grid &grid);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H
