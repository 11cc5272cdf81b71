//===- WeightLoss.h - Outputs that rounded weights spoil --------*- C++ -*-===//
//
// A channel with one large weight has coarse steps, and its small weights may all be 0 on them. What that costs only
// data say: the large weight may meet nothing but zeros. So the float graph runs with the weights as they are rounded,
// and everything else as it is.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_TOOLS_TARE_WEIGHTLOSS_H
#define TARE_TOOLS_TARE_WEIGHTLOSS_H

#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <optional>
#include <string>
#include <vector>

namespace tare {

/// What a model gives, a list of outputs per sample.
using ModelOutputs = std::vector<std::vector<Tensor>>;

/// A layer of whose weights, or of a channel's, many became 0.
struct RoundedWeights {
  std::string layer;
  /// Of its weights that are not 0, how many became 0; and how many are larger than largeRatio times the median of
  /// their channel, 0 where they are too many to be apart from the rest.
  int64_t weights = 0, zeroed = 0, large = 0;
  /// Whether so many became 0, of all or of a channel's, that it is worth measuring.
  bool isSuspect = false;
  /// Of the float graph in which nothing but these weights is rounded.
  ModelOutputs outputs;
};

/// What is larger beside the median of a channel's weights had better have a grid of its own: without it the others
/// have steps of an eighth of their median at most.
inline constexpr double largeRatio = 16;

/// An output is told of where less than so many dB are left: a hundredth of its power is error.
inline constexpr double weakSqnr = 20;
/// What is worse by no more dB than an output is a quarter of its error at least.
inline constexpr double quarterOfError = 6;

/// How much of an output is lost by weights.
struct WeightLoss {
  /// The worst of the layers that make a tenth of the error or more.
  std::string layer;
  /// Of the output in float, where the weights alone are rounded.
  double sqnr = 0;
  /// What was found: "the weights of layer 'fc', rounded to 8 bits, alone leave 13.4 dB: 512 of its 2048 .. became 0".
  std::string text;
  /// What a user can do.
  std::string remedy;
};

class WeightLosses {
public:
  /// Of the QDQ form's layers with weights those of which many became 0, measured in the float form @main of `real`,
  /// whose weights are put back.
  static Result<WeightLosses> of(mlir::ModuleOp qdq, mlir::ModuleOp real, const ModelOutputs &inputs, size_t threads);

  /// Whether the QDQ form has such layers.
  static bool areSuspected(mlir::ModuleOp qdq);

  /// The loss of an output, or of some of its elements, whose ratio in a list of outputs `sqnrOf` computes and is
  /// `found` in the program; nothing where weights are not the cause, or not of less than `limit`.
  std::optional<WeightLoss> find(double found, double limit,
                                 llvm::function_ref<double(const ModelOutputs &)> sqnrOf) const;

private:
  std::vector<RoundedWeights> layers;
  /// With the weights of all of these layers rounded; and with the large ones rounded by themselves.
  ModelOutputs together, apart;
};

} // namespace tare

#endif // TARE_TOOLS_TARE_WEIGHTLOSS_H
