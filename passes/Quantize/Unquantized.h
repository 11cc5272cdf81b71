//===- Unquantized.h - Values that a quantized model leaves out -*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_UNQUANTIZED_H
#define TARE_PASSES_QUANTIZE_UNQUANTIZED_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tare {

/// Marks as intermediates the values of a quantized model that have a range, but no quantizer of their own, but lie
/// between values that have: ops that read dequantized values, or one another, and whose results are quantized, or read
/// by one another. The model rounds nothing there, so nothing that is seen should be rounded. Float parts that reach an
/// input or an output of the model are left as they are.
void markUnquantized(mlir::func::FuncOp function);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_UNQUANTIZED_H
