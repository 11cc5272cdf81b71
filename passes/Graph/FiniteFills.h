//===- FiniteFills.h - Infinities that hide elements ------------*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_FINITEFILLS_H
#define TARE_PASSES_GRAPH_FINITEFILLS_H

#include "mlir/IR/PatternMatch.h"
#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare {

/// A constant that a node of the host puts where a condition or indices say so, and that holds infinity, holds a large
/// finite number instead, where all that reads it in the end takes both for the same: a masked score before a softmax.
void addFiniteFillsPattern(mlir::RewritePatternSet &patterns);

/// The ops that tell an infinite element of `value` apart from a large one, in the end; function results count as their
/// terminator.
llvm::SmallVector<mlir::Operation *> readersOfInfinity(mlir::Value value, double infinity);

/// The infinity that a constant operand of the node puts among its elements; nothing where none does.
std::optional<double> infiniteFill(qnn::HostOp op);

} // namespace tare

#endif // TARE_PASSES_GRAPH_FINITEFILLS_H
