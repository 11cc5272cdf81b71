//===- FunctionRanges.h - Where functions tell numbers apart ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H
#define TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H

#include "Quantize/Grids.h"
#include "mlir/IR/Value.h"

namespace tare {

/// (A55) The part of the range of `value` that its readers need: where functions alone read it, perhaps moved, each of
/// them gives about the same outside as at the nearer end. All of the range where anything else reads it; nothing
/// where no range is known.
std::optional<std::pair<double, double>> neededRange(mlir::Value value, const ActivationRule &rule);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H
