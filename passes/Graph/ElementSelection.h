//===- ElementSelection.h - Comparisons and selections of one number -*- C++ -*-===//
#ifndef TARE_PASSES_GRAPH_ELEMENTSELECTION_H
#define TARE_PASSES_GRAPH_ELEMENTSELECTION_H

#include "mlir/IR/Operation.h"

namespace tare {

/// What an op makes of an element of each operand, a truth as 1 and a falsehood as 0; operands that it lacks are 0.
using ElementSelection = double (*)(double, double, double);

/// That of a node that compares floats, combines truths, selects by one or makes it a number; null for all others.
ElementSelection selectionOf(mlir::Operation *op);

} // namespace tare

#endif // TARE_PASSES_GRAPH_ELEMENTSELECTION_H
