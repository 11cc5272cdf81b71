//===- WeightTerms.h - Weights beyond 8 bits as sums of 8-bit ones -*- C++ -*-===//
//
// The distance of an 8-bit weight from its zero point needs 9 bits. A layer
// that reads its activation several times, one after the other along the input
// channels, sums such weights term by term in the same accumulator: exactly.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_WEIGHTTERMS_H
#define TARE_PASSES_QUANTIZE_WEIGHTTERMS_H

#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/QnnOps.h"
#include "tare/Target/Target.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// The distances of integer weights from their zero points: i32. The first axis counts the zero points.
Tensor distances(const Tensor &integers, llvm::ArrayRef<int64_t> zeroPoints);

/// Distances as sums of 8-bit weights. (A43)
class WeightTerms {
public:
  /// How many terms `distances`, i32, would need. To be asked first: time and memory grow with them.
  static int64_t countFor(const Tensor &distances);

  /// Of `distances` [O, C, ..], i32.
  explicit WeightTerms(const Tensor &distances);

  /// How many terms the farthest weight needs: 1 where all fit 8 bits.
  int64_t count() const { return int64_t(channels.size()); }
  /// The terms side by side along the input channels: i8 [O, C + .., ..].
  Tensor weights() const;
  /// The input channels that are read again for the terms behind the first, those of the second one first: each from
  /// `begin` to before `end`.
  struct Channels {
    int64_t begin, end;
  };
  llvm::ArrayRef<Channels> again() const { return llvm::ArrayRef(channels).drop_front(); }

private:
  Tensor steps;
  llvm::SmallVector<Channels> channels;
};

/// Whether the target has what reads an activation several times.
bool canReadAgain(const Target &target);

/// The activation of `op` with the channels of `again` repeated behind each group's own.
mlir::Value readAgain(mlir::OpBuilder &builder, qnn::AccumulatorOpInterface op,
                      llvm::ArrayRef<WeightTerms::Channels> again);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_WEIGHTTERMS_H
