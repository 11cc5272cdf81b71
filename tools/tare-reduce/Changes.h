//===- Changes.h - How networks get smaller ---------------------*- C++ -*-===//
#ifndef TARE_TOOLS_TAREREDUCE_CHANGES_H
#define TARE_TOOLS_TAREREDUCE_CHANGES_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/ArrayRef.h"

namespace tare::reduce {

/// Makes the module around an op smaller; false, and nothing is changed, where it does not apply. What nothing reads
/// any more stays (eraseUnread).
using Change = bool (*)(mlir::Operation *op);

/// Those that cut a network in two at an op: the front alone, or the rest alone.
llvm::ArrayRef<Change> cuts();

/// Those that take one thing away: an op, a result or an argument of the network, the elements of a constant.
llvm::ArrayRef<Change> details();

/// Makes the elements of all constants zeros; whether there were others.
bool makeAllZeros(mlir::Operation *module);

/// Erases the ops of all networks on which no result depends.
void eraseUnread(mlir::Operation *module);

} // namespace tare::reduce

#endif // TARE_TOOLS_TAREREDUCE_CHANGES_H
