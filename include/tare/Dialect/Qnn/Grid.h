//===- Grid.h - Scales and zero points of a quantized type ------*- C++ -*-===//
//
// One view of per-tensor and per-axis quantized types, so that a list of one
// scale and a list of C take the same code path everywhere.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_GRID_H
#define TARE_DIALECT_QNN_GRID_H

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <optional>

namespace tare::qnn {

/// r = scales[c] * (q - zeroPoints[c]), q in [min, max]; c runs along `axis`, or is 0 where there is none.
struct Grid {
  llvm::SmallVector<double> scales;
  llvm::SmallVector<int64_t> zeroPoints;
  std::optional<int32_t> axis;
  int64_t min = 0, max = 0;
  /// Storage width in bits and signedness.
  unsigned bits = 8;
  bool isSigned = true;

  /// The grid of a quantized element type (or of a tensor of one); nullopt for anything else.
  static std::optional<Grid> of(mlir::Type type);

  /// Those of channel `channel`; a list of one serves all.
  double scale(int64_t channel) const { return scales[scales.size() == 1 ? 0 : channel]; }
  int64_t zeroPoint(int64_t channel) const { return zeroPoints[zeroPoints.size() == 1 ? 0 : channel]; }
  /// (A1) One scale and one zero point for the tensor; a list of length 1 is that, whether it names an axis or not.
  bool isPerTensor() const { return scales.size() == 1 && zeroPoints.size() == 1; }
  /// The scale of a grid for the whole tensor. Of a list there is no one scale: to ask for it is a bug, and ends the
  /// process.
  double scale() const;
  /// The zero point of the whole tensor, which all channels of a list share; otherwise a bug, as above.
  int64_t zeroPoint() const;
  /// max |q - Z|: how many steps the farthest integer is from the zero point of the whole tensor.
  int64_t reach() const;

  /// The element type that has this grid (expressed type f32).
  mlir::quant::QuantizedType type(mlir::MLIRContext *context) const;
  /// The signless integer type that stores it.
  mlir::IntegerType storage(mlir::MLIRContext *context) const;
};

/// The quantized element type of a tensor type, or null.
mlir::quant::QuantizedType quantizedElement(mlir::Type type);
/// The tensor type that stores a quantized tensor: same shape, signless integers of the storage width.
mlir::RankedTensorType storageType(mlir::Type quantized);
/// The float tensor type that a quantized tensor expresses; a float type itself.
mlir::RankedTensorType expressedType(mlir::Type type);
/// Whether a value is a tensor of float numbers: neither quantized nor of integers that mean nothing else.
bool isFloatTensor(mlir::Value value);
/// Whether a value is a tensor of integers (or bool) as a model has them: indices, which no grid belongs to.
bool isIntegerTensor(mlir::Value value);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_GRID_H
