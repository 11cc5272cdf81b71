//===- StepCosts.h - What grids of power-of-two steps cost ------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_STEPCOSTS_H
#define TARE_PASSES_QUANTIZE_STEPCOSTS_H

#include "Arithmetic/Grids.h"
#include "Quantize/ExponentProblem.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"
#include "tare/Tensor/Tensor.h"

namespace tare {

/// The exponent of a scale that is a power of two.
std::optional<int> exponentOf(double scale);

/// The grid of an activation of a given scale; it is laid out for [min, max].
qnn::Grid gridOfScale(double scale, double min, double max, const ActivationRule &rule);
/// The same with the scale 2^exponent.
qnn::Grid powerOfTwoGrid(int exponent, double min, double max, const ActivationRule &rule);

/// Which grids, and whose loss.
struct StepFamily {
  /// The scale at the exponent 0.
  double base = 1.0;
  /// (A50) The share of the value's power that counts.
  double relevance = 1.0;
};

/// What a value loses on grids of scale base * 2^e: by calibration's word, or taken as spread evenly over its range
/// where it says nothing of such grids. A value that was never anything but 0 loses nothing.
ConvexCost stepCost(qnn::RangeAttr range, const ActivationRule &rule, const StepFamily &family = {});

/// The same for any value in [min, max].
ConvexCost evenCost(double min, double max, const ActivationRule &rule, const StepFamily &family = {});

/// What a constant activation loses, by its elements.
ConvexCost constantCost(mlir::ElementsAttr constant, const ActivationRule &rule, const StepFamily &family = {});

/// Weights on scales 2^w per output channel, symmetric, [-127, 127].
class WeightSteps {
public:
  /// f32, axis 0 counts channels; finite.
  explicit WeightSteps(mlir::ElementsAttr weights);

  size_t channels() const { return rows.size(); }
  /// The squared error of a channel, relative to the squared sum of all weights, times the relevance of the layer's
  /// result. A channel of zeros prefers the exponent that suits most of the others.
  ConvexCost cost(size_t channel, double relevance = 1.0) const;
  /// The least w that clips no weight to less than an eighth, and for which sum |q| is `limit` at most.
  int lowestFor(size_t channel, double limit) const;
  /// sum |q| at w.
  int64_t magnitude(size_t channel, int w) const;
  /// sum |w - 2^e q|, by which results move at most per unit of the activation.
  double deviation(size_t channel, int w) const;

private:
  struct Row {
    int first;
    std::vector<double> errors;
    std::vector<int64_t> magnitudes;
    /// The squared sum.
    double power;
    bool isZero;
  };

  Row study(llvm::ArrayRef<float> weights) const;
  llvm::ArrayRef<float> row(size_t channel) const;

  Tensor weights;
  std::vector<Row> rows;
  double power = 0;
  int usual = 0;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_STEPCOSTS_H
