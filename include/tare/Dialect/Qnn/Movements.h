//===- Movements.h - Values that only change places -------------*- C++ -*-===//
//
// Whoever asks what reads a value, or what it is made from, looks through what
// only moves its elements: the one place that says how.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_MOVEMENTS_H
#define TARE_DIALECT_QNN_MOVEMENTS_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace tare::qnn {

/// Whether the result of `op` has its operands' elements in other places, and perhaps a border; false of null.
bool movesElements(mlir::Operation *op);

/// The values of a block that have readers, of which each is a wanted one, or moves the elements to such a value.
class ValuesReadBy {
public:
  /// Looks at each value once, from the last op on, however often movements part and join again.
  ValuesReadBy(mlir::Block &block, llvm::function_ref<bool(mlir::Operation *)> isWanted);
  bool contains(mlir::Value value) const { return values.contains(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_MOVEMENTS_H
