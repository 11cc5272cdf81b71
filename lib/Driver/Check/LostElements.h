//===- LostElements.h - What lost elements were made from -------*- C++ -*-===//
#ifndef TARE_DRIVER_CHECK_LOSTELEMENTS_H
#define TARE_DRIVER_CHECK_LOSTELEMENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"

namespace tare {

/// Elements of values: a bit each, in row-major order.
using MarkedElements = llvm::DenseMap<mlir::Value, llvm::BitVector>;

/// The elements of all values that these elements of `value` were computed from: as few as can be known where elements
/// are joined, cut, moved or computed one by one; where they are mixed, as in a convolution, all of an operand's.
/// Values that `value` does not depend on are missing, and so are constants.
MarkedElements originsOf(mlir::Value value, llvm::BitVector elements);

} // namespace tare

#endif // TARE_DRIVER_CHECK_LOSTELEMENTS_H
