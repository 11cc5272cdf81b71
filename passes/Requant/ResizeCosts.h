//===- ResizeCosts.h - What the weights of a resize are off -----*- C++ -*-===//
#ifndef TARE_PASSES_REQUANT_RESIZECOSTS_H
#define TARE_PASSES_REQUANT_RESIZECOSTS_H

#include "tare/Dialect/Qnn/QnnOps.h"

namespace tare {

/// (A57) Warns of a linear resize to a grid so much finer than its operand's that the rounding of the weights is a step
/// of the result or more.
void warnOfCoarseWeights(qnn::ResizeOp op);

} // namespace tare

#endif // TARE_PASSES_REQUANT_RESIZECOSTS_H
