//===- QnnInterfaces.h - What passes ask of a graph op ----------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_QNNINTERFACES_H
#define TARE_DIALECT_QNN_QNNINTERFACES_H

#include "mlir/IR/OpDefinition.h"
#include "tare/Dialect/Qnn/QnnAttributes.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>

namespace tare::program {
enum class FunctionKind : uint8_t; // include/tare/Schema/program_generated.h
} // namespace tare::program

namespace tare::qnn {

/// y = f(x): one of the functions of include/tare/Kernels/Functions.h with its parameters, or those of each channel one
/// after another.
struct Function {
  program::FunctionKind kind;
  llvm::SmallVector<double, 2> parameters = {};
};

/// How a result's grid relates to the operands' (see GridOpInterface).
enum class GridRule { Own, Same, Unified, Bounded };

/// The least and the greatest of some numbers.
using Interval = std::pair<double, double>;

/// What is known of the elements of the values around an op (see FloorOpInterface); infinite where nothing is.
class ElementBounds {
public:
  virtual ~ElementBounds() = default;
  /// No element is less, or greater.
  virtual double least(mlir::Value value) const = 0;
  virtual double greatest(mlir::Value value) const = 0;
  /// The largest element of each row along `axis` is not less.
  virtual double leastMaximum(mlir::Value value, int64_t axis) const = 0;
  /// No element but 0 is nearer to 0 on the grid that the value has, or will have.
  virtual double leastStep(mlir::Value value) const = 0;
  /// Of activations that have no grid yet.
  virtual unsigned activationBits() const = 0;
};

/// Operands and result are all float or all quantized; only those that the op says have a scale per index of an axis;
/// activations and result have one width, unless the op changes it; and a `Same` or `Unified` result has its operands'
/// scales.
mlir::LogicalResult verifyGrid(mlir::Operation *op);

/// Whether a type is that of the integers of an accumulator: quantized, of 32 bits.
bool isAccumulator(mlir::Type type);

/// Whether a float value is the accumulators of sums of products, rearranged at most (see GridOpInterface).
bool isOfAccumulators(mlir::Value value);

/// The interval of an op's fused activation; everything where it has none.
std::pair<double, double> fusedInterval(mlir::Operation *op);

} // namespace tare::qnn

#include "tare/Dialect/Qnn/QnnInterfaces.h.inc"

#endif // TARE_DIALECT_QNN_QNNINTERFACES_H
