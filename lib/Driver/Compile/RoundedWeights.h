//===- RoundedWeights.h - Weights, and what rounding makes of them -*- C++ -*-===//
//
// A channel with one large weight has coarse steps, and its small weights may all be 0 on them.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_COMPILE_ROUNDEDWEIGHTS_H
#define TARE_DRIVER_COMPILE_ROUNDEDWEIGHTS_H

#include "tare/Diagnostics/Warning.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// How many weights rounding makes 0.
struct ZeroedCount {
  /// Of those that are not 0, how many became 0.
  int64_t weights = 0, zeroed = 0;
  /// Whether they are so many, of all or of a channel's, that it is worth measuring.
  bool isSuspect = false;
};

/// Weights of a layer: an operand that is a constant, and the grid of at most 8 bits that quantization has put it on.
struct RoundedWeights {
  mlir::Operation *layer;
  unsigned operand;
  mlir::RankedTensorType type;
  qnn::Grid grid;
  /// float32, and the integers that they become on the grid.
  Tensor reals, integers;
  ZeroedCount counted;
};

/// f(weights), for each layer of a QDQ form that multiplies by weights. One layer's are in memory at a time, as a file
/// of weights may be large: they must not be kept.
void forEachRoundedWeights(mlir::ModuleOp qdq, llvm::function_ref<void(const RoundedWeights &)> f);

/// f(first element, elements), for each run of weights that have a scale: channels lie along the first axis, or else
/// all are one run.
template <typename F> void forEachRun(const Tensor &weights, const qnn::Grid &grid, F f) {
  const int64_t channels = grid.axis.value_or(0) == 0 ? int64_t(grid.scales.size()) : 1;
  const int64_t count = weights.count() / channels;
  for (int64_t channel = 0; channel != channels; ++channel)
    f(channel * count, count);
}

/// A layer of whose weights a fifth or more became 0.
struct ZeroedWeights {
  std::string layer;
  /// Of its weights that are not 0, how many became 0.
  int64_t weights = 0, zeroed = 0;
};

/// Such layers of a QDQ form, the worst first: what is to be told where there are no data to measure.
std::vector<ZeroedWeights> zeroedWeights(mlir::ModuleOp qdq);
/// One warning for all of them; nothing where there are none.
std::optional<Warning> zeroedWarning(const std::vector<ZeroedWeights> &layers);

} // namespace tare

#endif // TARE_DRIVER_COMPILE_ROUNDEDWEIGHTS_H
