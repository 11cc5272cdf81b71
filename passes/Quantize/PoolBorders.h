//===- PoolBorders.h - Paddings that a pooling can do -----------*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_POOLBORDERS_H
#define TARE_PASSES_QUANTIZE_POOLBORDERS_H

#include "Quantize/RangeBounds.h"

namespace tare {

/// Makes paddings that no max pooling behind them can take the poolings' own, wherever every window still sees an
/// element. A padding that others read, too, stays for these.
void absorbPoolBorders(mlir::func::FuncOp function);

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_POOLBORDERS_H
