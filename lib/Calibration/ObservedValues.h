//===- ObservedValues.h - Which values calibration looks at -----*- C++ -*-===//
#ifndef TARE_CALIBRATION_OBSERVEDVALUES_H
#define TARE_CALIBRATION_OBSERVEDVALUES_H

#include "RowMaxima.h"
#include "tare/Calibration/Calibrate.h"
#include "tare/Dialect/Qnn/Choices.h"
#include "tare/Dialect/Qnn/Movements.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include <optional>
#include <vector>

namespace tare::calibration {

/// The value whose grid `value` keeps, or null where it has its own.
mlir::Value gridSource(mlir::Value value);

/// The values of @main: those that are observed, those that inherit, and constants.
struct ObservedValues {
  /// Each with its index among those that are observed.
  llvm::MapVector<mlir::Value, size_t> observed;
  std::vector<mlir::Value> inheriting;
  std::vector<std::pair<mlir::Value, ValueRange>> constants;
  qnn::ValuesReadBy readByFunctions;
  SoftmaxOperands softmaxOperands;

  explicit ObservedValues(mlir::func::FuncOp function);

  /// What is kept of a value: bins where a search looks at them, where outliers or the losses of steps are told. Of the
  /// options it depends on whether steps are powers of two alone.
  Histogram::Detail detailOf(mlir::Value value, const SearchOptions &options) const;

  /// How many elements of a value a sample has: in a loop, those of all steps.
  int64_t elementsOf(mlir::Value value) const;
  bool isRepeated(mlir::Value value) const { return repeated.contains(value); }

  /// What a configuration says of the search of a value's range, in place of `options`.
  SearchOptions chosenSearch(mlir::Value value, SearchOptions options) const;
  /// How the range of `value` is searched, with what is chosen for it. A bounded function has no outliers: the largest
  /// of many small probabilities is the one that matters, however rare it is. What the model dequantizes has a grid:
  /// nothing is to be chosen.
  SearchOptions searchOf(mlir::Value value, SearchOptions options) const;
  bool mayHaveOutliers(mlir::Value value) const;

  /// (A24) The steps that count: a table of 16 bits has entries 128 integers apart, and lines between them.
  GridKind finenessOf(mlir::Value value, GridKind grid) const;

  /// (A67) Leaves headroom where `range` is all that was seen and the search leaves any, and says what is still to be
  /// expected beyond.
  void lookBeyond(ValueRange &range, mlir::Value value, const Observations &observed, size_t index,
                  const SearchOptions &search) const;

private:
  qnn::Choices choices;
  /// Of the ops that are being added.
  int64_t runs = 1;
  /// How often a sample has a value, where that is more than once.
  llvm::DenseMap<mlir::Value, int64_t> repeated;

  void add(mlir::Value value, const std::optional<Tensor> &tensor);
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_OBSERVEDVALUES_H
