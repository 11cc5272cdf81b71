//===- TargetOperators.h - Ops of the graph on a target ---------*- C++ -*-===//
//
// Which operator of hardware an op becomes, and whether a target has it for the
// activations that the op has.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_ARITHMETIC_TARGETOPERATORS_H
#define TARE_PASSES_ARITHMETIC_TARGETOPERATORS_H

#include "mlir/IR/Operation.h"
#include "tare/Target/Target.h"

#include <optional>
#include <string>

namespace tare {

/// On a quantize: its grid was chosen here, and no model rounds the value to it. Only there where a target lacks
/// operators, and until those have been placed.
inline constexpr llvm::StringLiteral chosenGridAttrName = "chosen_grid";

/// The operator, by its name in a program, that ops of this name become; empty for those that hardware never has: other
/// ops are made of them before, or they are none of its work.
llvm::StringRef operatorOf(mlir::OperationName op);

/// Whether elements only move, which the host does to integers as well as to real numbers (tare-place-moves).
bool onlyMoves(mlir::Operation *op);

/// The bits of the activations that an op has, as far as its types or casts say it; nothing where there are none yet.
std::optional<unsigned> activationBits(mlir::Operation *op);

/// Whether an op of the graph of 8-bit activations is computed with 16 bits, as the target has its operator for those
/// alone: that holds every number of 8 bits (A49). Of 16 bits nothing is computed with 8.
bool isComputedWide(mlir::Operation *op, const Target &target);

/// Whether the integers of a qnn.requantize become real numbers and others again, as the target has no rescale for
/// them.
bool isRequantizedInFloat(mlir::Operation *op, const Target &target);

/// Why hardware cannot compute an op of activations of this type; nothing where it can.
std::optional<std::string> whyNotOnTarget(mlir::Operation *op, ElementType type, const Target &target);

} // namespace tare

#endif // TARE_PASSES_ARITHMETIC_TARGETOPERATORS_H
