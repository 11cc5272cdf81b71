//===- ModelRanges.h - Ranges that follow from the model --------*- C++ -*-===//
//
// Calibration sees the rows of a table that its samples name, and the masks that
// its samples have. Others come later, and the model says what they hold.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_CALIBRATION_MODELRANGES_H
#define TARE_CALIBRATION_MODELRANGES_H

#include "mlir/IR/Operation.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "llvm/ADT/DenseMap.h"

#include <optional>

namespace tare::calibration {

/// What is known of the elements of an activation; nothing where nothing is.
using KnownRange = llvm::function_ref<std::optional<qnn::Interval>(mlir::Value)>;

/// The range of an op that does the same to each element of one operand, from that operand's; constants beside it hold
/// one number each. Nothing of other ops.
std::optional<qnn::Interval> uniformRange(mlir::Operation *op, KnownRange known);

/// (A68) The ranges of a function's values that follow from what they are made of, whatever data come.
class ModelRanges {
public:
  /// The range of the op's first result where the model says it, 0 included: of constants, comparisons, selections from
  /// these, and what does the same to each of their elements; and of selections from activations, whose ranges `known`
  /// says. Nothing where it is a matter of data. To be asked of every op, in their order.
  std::optional<qnn::Interval> note(mlir::Operation *op, KnownRange known);

private:
  /// Of what depends on no data but by choices; 0 not included.
  std::optional<qnn::Interval> settledOf(mlir::Value value);
  std::optional<qnn::Interval> settledResult(mlir::Operation *op);

  llvm::DenseMap<mlir::Value, std::optional<qnn::Interval>> settled;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_MODELRANGES_H
