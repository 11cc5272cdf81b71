//===- FunctionRanges.h - Where functions tell numbers apart ----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H
#define TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H

#include "Arithmetic/Grids.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "tare/Dialect/Qnn/QnnInterfaces.h"

namespace tare {

/// (A55) The part of the range of `value` that its readers need: where functions alone read it, perhaps moved, each of
/// them gives about the same outside as at the nearer end. All of the range where anything else reads it; nothing
/// where no range is known. How much is about the same, the steps of the functions' results say: those of `rule`, or of
/// `wide`, where that is, of intermediates.
std::optional<std::pair<double, double>> neededRange(mlir::Value value, const ActivationRule &rule,
                                                     const std::optional<ActivationRule> &wide = std::nullopt);

/// The part of [first, second] outside of which a function, limited to an image, gives what it does at the nearer end
/// of that part, up to a tolerance. Where it is flat everywhere its ends are in the wrong order.
std::pair<double, double> bentPart(const qnn::Function &function, std::pair<double, double> range,
                                   std::pair<double, double> image, double tolerance);

/// Notes on the inputs that are cut off there, as their readers need no more, that nobody is to be told of it.
void noteNarrowedInputs(mlir::func::FuncOp function, const ActivationRule &rule,
                        const std::optional<ActivationRule> &wide);

/// What a function gives for the integers of its operand's grid, or within its operand's range, 0 included; nothing
/// where neither is known, or channels have functions of their own. What is not finite does not count.
std::optional<std::pair<double, double>> rangeOfFunction(qnn::UnaryFunctionOpInterface op);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_FUNCTIONRANGES_H
