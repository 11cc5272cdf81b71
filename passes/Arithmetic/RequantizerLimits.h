//===- RequantizerLimits.h - What no requantizer brings back ----*- C++ -*-===//
#ifndef TARE_PASSES_ARITHMETIC_REQUANTIZERLIMITS_H
#define TARE_PASSES_ARITHMETIC_REQUANTIZERLIMITS_H

#include "mlir/IR/Operation.h"
#include "tare/Target/Target.h"

#include <optional>
#include <string>

namespace tare {

/// Why the target's accumulator or requantizer does not hold what an op of activations of this type adds up, whatever
/// the grids are; nothing where it may. What only some grids make too much is left to those who choose them.
std::optional<std::string> whyNotRequantized(mlir::Operation *op, ElementType type, const Target &target);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_REQUANTIZERLIMITS_H
