//===- Rearrangement.h - What reshapes and transposes do ---------*- C++ -*-===//
//
// Reshapes and transposes in a row put the axes of their operand, or factors of
// these, into another order: however many there are, one transpose between two
// reshapes does the same.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_GRAPH_REARRANGEMENT_H
#define TARE_PASSES_GRAPH_REARRANGEMENT_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace tare {

/// How a rearrangement is written: a reshape to `before`, a transpose by `permutation`, a reshape to the result's
/// shape; each only where it does something.
struct WrittenMovement {
  llvm::SmallVector<int64_t> before, permutation, after, result;

  explicit WrittenMovement(llvm::ArrayRef<int64_t> shape) : before(shape), after(shape), result(shape) {}

  bool transposes() const { return !permutation.empty(); }
  /// How many ops it is, beside an operand of this shape.
  size_t count(llvm::ArrayRef<int64_t> operand) const {
    return (llvm::ArrayRef(before) != operand) + transposes() + (after != result);
  }
};

/// The elements of a tensor of some shape, in another order and shape.
class Rearrangement {
public:
  explicit Rearrangement(llvm::ArrayRef<int64_t> shape);

  /// Adds a reshape or a transpose behind; false where the axes cut each other so that no permutation of factors of
  /// them is the result.
  bool add(mlir::Operation *op);
  bool reshape(llvm::ArrayRef<int64_t> shape);
  void transpose(llvm::ArrayRef<int64_t> permutation);

  /// With the fewest ops.
  WrittenMovement write() const;

private:
  using Factors = llvm::SmallVector<unsigned, 4>;

  static Factors joined(llvm::ArrayRef<Factors> axes);
  void split(unsigned factor, int64_t outer);
  std::optional<WrittenMovement> writeTranspose(const Factors &order) const;
  std::optional<WrittenMovement> writeTransposeFirst(const Factors &order) const;
  std::optional<WrittenMovement> writeReshapeFirst(const Factors &original) const;
  WrittenMovement writeBetweenReshapes(const Factors &original, const Factors &order) const;
  WrittenMovement written() const;

  /// The factors' sizes, none of them 1, by number.
  llvm::SmallVector<int64_t> sizes;
  /// The factors that each axis is the product of, in the operand and in the result.
  llvm::SmallVector<Factors> from, to;
  llvm::SmallVector<int64_t> operandShape, resultShape;
};

} // namespace tare

#endif // TARE_PASSES_GRAPH_REARRANGEMENT_H
