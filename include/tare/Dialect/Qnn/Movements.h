//===- Movements.h - Values that only change places -------------*- C++ -*-===//
//
// Whoever asks what reads a value, or what it is made from, looks through what
// only moves its elements: the one place that says how. Movements part and join
// again, so that there may be far more paths between two values than values:
// each value is looked at once.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DIALECT_QNN_MOVEMENTS_H
#define TARE_DIALECT_QNN_MOVEMENTS_H

#include "mlir/IR/Block.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <cstddef>
#include <cstdint>

namespace tare::qnn {

/// Whether the result of `op` has its operands' elements in other places, and nothing else; false of null.
bool movesElements(mlir::Operation *op);
/// The operands of such an op whose elements the result has: all but integers that say which.
llvm::SmallVector<mlir::Value> movedOperands(mlir::Operation *op);

/// Of ops that a walk goes through, and of values.
using OpTest = llvm::function_ref<bool(mlir::Operation *)>;
using ValueTest = llvm::function_ref<bool(mlir::Value)>;

/// Whether `holds` is true of `value` and of all that ops for which `passes` is true, of one result each, make of it.
/// False, too, where there are more than `most` of them.
bool allMadeOf(mlir::Value value, OpTest passes, ValueTest holds, size_t most = SIZE_MAX);

/// Whether `holds` is true of `value` and of all that ops for which `passes` is true make it from.
bool allMadeFrom(mlir::Value value, OpTest passes, ValueTest holds);

/// The values of a block that have readers, of which each is a wanted one, or moves the elements to such a value.
class ValuesReadBy {
public:
  /// Looks at each value once, from the last op on.
  ValuesReadBy(mlir::Block &block, llvm::function_ref<bool(mlir::Operation *)> isWanted);
  bool contains(mlir::Value value) const { return values.contains(value); }

private:
  llvm::DenseSet<mlir::Value> values;
};

} // namespace tare::qnn

#endif // TARE_DIALECT_QNN_MOVEMENTS_H
