//===- Grids.h - The grids that values are quantized to ---------*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_GRIDS_H
#define TARE_PASSES_ARITHMETIC_GRIDS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "tare/Dialect/Qnn/Grid.h"
#include "tare/Tensor/Result.h"

namespace tare {

/// How a target wants its activations.
struct ActivationRule {
  unsigned bits = 8;
  /// Zero point 0, and the most negative integer unused.
  bool symmetric = false;
};

/// The grid that covers [min, max], and 0: a scale that is exactly a float32, an integer zero point. A range of nothing
/// but 0 is taken for [0, 1]: any grid would do, and this one is no finer than an accumulator's.
qnn::Grid activationGrid(double min, double max, const ActivationRule &rule);

/// The grid of a function whose image is [min, max], where nothing is known of the data: its scale is the image's width
/// over 2^bits, a power of two for [0, 1], as ONNX Runtime and TFLite have it. The upper end may be one step out of
/// reach.
qnn::Grid imageGrid(double min, double max, const ActivationRule &rule);

/// i8 per channel of axis 0, symmetric: scale = float(max |w|) / 127 in float32 arithmetic. A channel of nothing but
/// zeros gets the median of the other channels' scales, so that it raises no concern; 1/127 where all are zero. An
/// error where an element is not finite.
Result<qnn::Grid> weightGrid(mlir::ElementsAttr weights);

/// i32 with the scales Sx * Sw[c] along `axis`: the grid of a bias and of an accumulator. The product of two float32
/// numbers is exact in double.
qnn::Grid accumulatorGrid(const qnn::Grid &activation, const qnn::Grid &weights, int64_t channels, int32_t axis);

/// What is wrong with a bias that is to be i32 on `grid`: the channel and value that do not fit; nothing if all do.
std::optional<std::string> biasMisfit(mlir::ElementsAttr bias, const qnn::Grid &grid);

/// Whether the same integers mean the same numbers on both; along which axis is another matter.
bool sameGrid(const qnn::Grid &a, const qnn::Grid &b);

/// Scale 1 and zero point 0: what a quantizer starts with. Another zero point is an observer's.
bool isDefaultGrid(const qnn::Grid &grid);

/// The grid that a float value was quantized to, where it is a dequantization; nothing elsewhere.
std::optional<qnn::Grid> gridBehind(mlir::Value value);

/// The tensor of the shape of `type` with elements on `grid`.
mlir::RankedTensorType onGrid(mlir::Type type, const qnn::Grid &grid);

/// The real numbers between the ends of a per-tensor grid.
std::pair<double, double> coveredRange(const qnn::Grid &grid);

/// The signed grid of so many bits around 0 (Z = 0, q in [-2^(bits - 1) + 1, 2^(bits - 1) - 1]) with the steps of one
/// for the whole tensor, halved so often.
qnn::Grid gridAround(const qnn::Grid &grid, unsigned bits, int halvings);

/// Quantizes `value` and dequantizes it again; the casts' layers are named after `layer`.
mlir::Value castBothWays(mlir::OpBuilder &builder, mlir::Value value, const qnn::Grid &grid, const std::string &layer);

/// The least and the greatest element of an f32 constant, and 0.
std::pair<double, double> rangeOf(mlir::ElementsAttr attr);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_GRIDS_H
