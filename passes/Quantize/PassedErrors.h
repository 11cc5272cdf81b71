//===- PassedErrors.h - What operands' errors are in results ----*- C++ -*-===//
//
// A step that is missing at one place is seen by who reads it: a convolution
// sums as many of them as it has weights, in steps of its own result.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_PASSEDERRORS_H
#define TARE_PASSES_QUANTIZE_PASSEDERRORS_H

#include "Arithmetic/Grids.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <optional>
#include <string>

namespace tare {

/// What counts of operands that the model has as integers: what calibration says, which may cut off a little, or all
/// that their grids hold.
enum class GivenOperands { AsCalibrated, WholeGrids };

/// An interval that holds the result of `op`, by what is known of its operands; nothing where that is too little.
std::optional<qnn::Interval> impliedRange(qnn::GridOpInterface op, GivenOperands given = GivenOperands::AsCalibrated);

/// The most that the result of an operand's reader moves where elements of that operand move by `error`, all of them
/// the same way or each its own; nothing where that cannot be said.
std::optional<double> passedOn(mlir::OpOperand &use, double error, bool sameWay = false);

/// What a value's error is for its readers.
struct ReaderCost {
  /// Steps of the result in which they are the most.
  double steps = 0;
  /// The result's name.
  std::string result;
  /// Whether that has more than 8 bits.
  bool isWide = false;
};

/// The most that the results of a float value's readers are off where its elements that are `from` become `to`, all of
/// them. Movements and results without a grid are followed to what is read behind them; `rule` says the grids that
/// ranges do not. Nothing where no result's steps are known.
std::optional<ReaderCost> costAtReaders(mlir::Value value, double from, double to, const ActivationRule &rule);

/// The same of quantized integers, to whose `from` their dequantizations give a meaning.
std::optional<ReaderCost> costAtReaders(mlir::Value integers, int64_t from, int64_t to);

/// The same of quantized integers whose real numbers are off by `error` at most, each its own way; of readers that sum
/// many of them nothing is said.
std::optional<ReaderCost> costAtReaders(mlir::Value integers, double error);

/// The grids of all quantizers that read a float value, perhaps moved.
llvm::SmallVector<qnn::Grid> gridsOfReaders(mlir::Value value);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_PASSEDERRORS_H
