//===- Affine.h - Ops that scale and shift channels -------------*- C++ -*-===//
//
// Batch norms and arithmetic with constants, seen as one thing: a scale and a
// shift per channel, in double.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_GRAPH_AFFINE_H
#define TARE_PASSES_GRAPH_AFFINE_H

#include "mlir/IR/Operation.h"
#include "mlir/IR/PatternMatch.h"
#include "tare/Dialect/Qnn/QnnOps.h"

#include <optional>

namespace tare {

/// y = scale[c] * x + shift[c], c counting along one axis of x.
struct Affine {
  llvm::SmallVector<double> scale, shift;

  bool keepsScale() const;
  bool keepsZero() const;
};

/// The one operand of `op` that is not a constant, where `op` may be affine in
/// it; or null.
mlir::Value affineInput(mlir::Operation *op);

/// What `op` does to each channel along `axis` of affineInput(op), where that
/// is an affine map; fails where it is none.
mlir::FailureOr<Affine> matchAffine(mlir::Operation *op, int64_t axis);

/// The op that computes `value`, which ops that keep each element once may have moved since, each the only reader of
/// the one before; of an argument none.
mlir::Operation *computedBy(mlir::Value value);

/// Gives `value` the name and the range of `op`, which stood behind it: so those of its producer, and of what moves
/// that.
void renameBy(mlir::Operation *op, mlir::Value value);

/// A new f32 constant that holds `values` rounded to float.
mlir::Value floatConstant(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<int64_t> shape,
                          llvm::ArrayRef<double> values, llvm::StringRef name);

/// The elements of an f32 constant as doubles; empty for a null attribute.
llvm::SmallVector<double> doubles(mlir::ElementsAttr attr);

/// The constant that defines `value` if its elements are floats, or null.
mlir::ElementsAttr floatConstantValue(mlir::Value value);

/// The one element of a float constant, or nothing.
std::optional<double> scalarConstant(mlir::Value value);

/// Erases those of `values` that are constants which nobody uses. One value may stand there several times, or be null.
void eraseDeadConstants(mlir::RewriterBase &rewriter, llvm::ArrayRef<mlir::Value> values);

/// Erases the ops that nobody uses and that do nothing else, last ones first.
void eraseDeadOps(mlir::Region &region);

} // namespace tare

#endif // TARE_PASSES_GRAPH_AFFINE_H
