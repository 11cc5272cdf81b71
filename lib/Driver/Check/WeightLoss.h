//===- WeightLoss.h - Outputs that rounded weights spoil --------*- C++ -*-===//
//
// A channel with one large weight has coarse steps, and its small weights may all be 0 on them. What that costs only
// data say: the large weight may meet nothing but zeros. So the float graph runs with the weights as they are rounded,
// and everything else as it is.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_CHECK_WEIGHTLOSS_H
#define TARE_DRIVER_CHECK_WEIGHTLOSS_H

#include "Driver/Compile/RoundedWeights.h"
#include "tare/Tensor/Result.h"
#include "tare/Tensor/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// What a model gives, a list of outputs per sample.
using ModelOutputs = std::vector<std::vector<Tensor>>;

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

/// The layers with weights of a QDQ form those of which many became 0. What they cost is measured in the float form,
/// when it is asked for and no more of it than the answer takes.
class WeightLosses {
public:
  explicit WeightLosses(mlir::ModuleOp qdq);
  WeightLosses(WeightLosses &&);
  ~WeightLosses();

  /// Whether there are no such layers.
  bool empty() const { return layers.empty(); }
  /// Where to measure: the float form @main of `real`, whose weights are put back, on these samples. Both must outlive
  /// the measurements.
  void measureIn(mlir::ModuleOp real, const ModelOutputs &inputs, size_t threads);

  /// The loss of an output, or of some of its elements, whose ratio in the outputs of all samples, or of the first of
  /// them, `sqnrOf` computes and is `found` in the program; nothing where weights are not the cause, or not of less
  /// than `limit`.
  Result<std::optional<WeightLoss>> find(double found, double limit,
                                         llvm::function_ref<double(const ModelOutputs &)> sqnrOf);

private:
  struct Layer;
  /// The outputs of the first `samples` where the weights of these layers are rounded, or the large ones of them by
  /// themselves.
  Result<ModelOutputs> outputsWith(llvm::ArrayRef<Layer *> some, bool isApart, size_t samples);
  /// The same into `outputs`, where they are not known yet.
  Status measure(std::optional<ModelOutputs> &outputs, llvm::ArrayRef<Layer *> some, bool isApart, size_t samples);
  /// The layers that make a tenth of the error or more, the worst first, by what each alone leaves.
  Result<std::multimap<double, Layer *>> worstLayers(llvm::function_ref<double(const ModelOutputs &)> sqnrOf);

  std::vector<std::unique_ptr<Layer>> layers;
  mlir::ModuleOp real;
  const ModelOutputs *inputs = nullptr;
  size_t threads = 0;
  /// With the weights of all layers rounded.
  std::optional<ModelOutputs> together;
  /// With the large ones of all layers rounded by themselves.
  std::optional<ModelOutputs> apart;
};

} // namespace tare

#endif // TARE_DRIVER_CHECK_WEIGHTLOSS_H
