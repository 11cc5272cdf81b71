//===- HalfValues.h - What a model has in float16 ---------------*- C++ -*-===//
//
// Here all is float32, which holds what float16 does not: a model that overflows gives infinity where a program gives
// numbers.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_HALFVALUES_H
#define TARE_DIALECT_QNN_HALFVALUES_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace tare::qnn {

/// The discardable attribute of a function: the names of the values that the model computes in float16, ["a", ..]. It
/// is gone when the ranges are known.
inline constexpr llvm::StringLiteral halfValuesAttrName = "qnn.float16_values";

/// The largest number of float16, and the least one that it rounds to infinity.
inline constexpr double largestHalf = 65504, halfOverflow = 65520;

/// Whether an attribute has that form.
bool isHalfValues(mlir::Attribute attribute);

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_HALFVALUES_H
