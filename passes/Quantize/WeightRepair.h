//===- WeightRepair.h - Weight scales that the hardware cannot use -*- C++ -*-===//
//
// A channel whose weights are nearly zero has a scale so fine that its bias
// would need more than 32 bits, or its multiplier would lose all of its bits
// to the largest shift. A coarser scale represents such a channel at least as
// well as the hardware could use it. And where a channel's sum could leave the
// accumulator, a coarser scale makes its integers smaller. Where a multiplier
// is narrow, a scale next to the best is one that it hits.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H
#define TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H

#include "Arithmetic/Grids.h"
#include "Quantize/ChannelScales.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
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
  /// The root of the activation's mean square; 0 where nothing is known of it.
  double usual = 0;
  /// Whether the accumulator sums the activation's integers as they are stored, its zero point's share included (A41).
  bool sumsStored = false;
};

/// What is known of the activation of `op` and of how a target sums it: `usual` and `sumsStored`.
void describeActivation(AccumulatorContext &context, qnn::AccumulatorOpInterface op, const Target &target);

/// What a weight scale is moved for.
enum class MoveCause { bias, accumulator, multiplier };

struct MovedScale {
  int64_t channel;
  MoveCause cause;
  double from, to;
  /// What rounding the weights to it may change of a result at most: in steps of the result's grid, or in real numbers
  /// where the accumulator leaves.
  double cost;
};

/// The weights of each channel, or, where the target has one scale for all, of the layer as one; `own`: their scales in
/// that case or this. No scale is finer than the bias and the accumulator allow.
llvm::SmallVector<ChannelWeights> channelWeights(llvm::ArrayRef<double> own, const AccumulatorContext &context,
                                                 const Target &target);

/// Moves the scales in `grid` that are too fine for the bias or the accumulator, or whose multipliers lose too much.
llvm::SmallVector<MovedScale> moveScales(qnn::Grid &grid, const AccumulatorContext &context, const Target &target);

/// What rounding the weights to `grid` may change of a result at most: in steps of the result's grid, or in real
/// numbers where the accumulator leaves.
double roundingCost(const AccumulatorContext &context, const qnn::Grid &grid);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_WEIGHTREPAIR_H
