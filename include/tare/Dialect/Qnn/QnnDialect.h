//===- QnnDialect.h - The graph dialect -------------------------*- C++ -*-===//
#ifndef TARE_DIALECT_QNN_QNNDIALECT_H
#define TARE_DIALECT_QNN_QNNDIALECT_H

#include "mlir/IR/Dialect.h"

#include "tare/Dialect/Qnn/QnnDialect.h.inc"

namespace tare::qnn {

/// The discardable attribute that holds the range of an op's result or of a function's argument (#qnn.range).
inline constexpr llvm::StringLiteral rangeAttrName = "qnn.range";
/// The name of a function's argument or result, as the model's user knows it.
inline constexpr llvm::StringLiteral portNameAttrName = "qnn.name";
/// On a function (unit): the ranges of its values are what data showed, not what a tool starts with.
inline constexpr llvm::StringLiteral measuredRangesAttrName = "qnn.measured_ranges";
/// On a function's argument or result whose tensor holds signed integers: the model's are unsigned, q + 2^(bits - 1).
inline constexpr llvm::StringLiteral portUnsignedAttrName = "qnn.unsigned";
/// On a function's argument: what its readers tell apart of it, quantizers aside, where that is not all (array<f64>).
inline constexpr llvm::StringLiteral toldApartAttrName = "qnn.told_apart";
/// On a softmax in whose operand elements are masked (f64): the least that the largest element of a row was when
/// calibrating.
inline constexpr llvm::StringLiteral leastRowMaximumAttrName = "qnn.least_row_maximum";
/// On an op (unit) that computes what the model has no value for: a step on the way from one node's operands to its
/// result.
inline constexpr llvm::StringLiteral intermediateAttrName = "qnn.intermediate";
/// On a layer's op and the function behind it (unit): hardware computes both as one, so that what is between them is 16
/// bits wide whatever the widths beside them are (docs/arithmetic.md, A64).
inline constexpr llvm::StringLiteral inLayerAttrName = "qnn.in_layer";
/// On a function's result of real numbers: the model's format of them, narrower than float32 (#qnn.float_format).
inline constexpr llvm::StringLiteral portFormatAttrName = "qnn.format";
/// Why the bias of an op on quantized types is not what the model says: the text of an error to come. The constant
/// holds what fits.
inline constexpr llvm::StringLiteral biasMisfitAttrName = "qnn.bias_misfit";

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_QNNDIALECT_H
