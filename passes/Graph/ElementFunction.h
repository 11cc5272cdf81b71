//===- ElementFunction.h - Several ops that are one function -----*- C++ -*-===//
//
// Exporters write a function in limits, sums, products, selections and other functions,
// each in its own way. Whatever the way, the results are the same: so that is what is
// compared, at many numbers.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_GRAPH_ELEMENTFUNCTION_H
#define TARE_PASSES_GRAPH_ELEMENTFUNCTION_H

#include "tare/Dialect/Qnn/QnnOps.h"

#include <optional>
#include <vector>

namespace tare {

/// A value that is computed element by element from one other value and single numbers, by two ops or more.
class ElementFunction {
public:
  /// What the op's result is a function of: those values first that the most ops lead from.
  static std::vector<ElementFunction> endingIn(mlir::Operation *op);

  /// What it is a function of.
  mlir::Value operand() const { return x; }

  /// The function of the dialect that it is, within the digits that exporters leave away; nothing where there is none.
  std::optional<qnn::Function> known() const;

  struct NearMiss {
    qnn::Function function;
    double at, found, expected;
  };
  /// The function that it nearly is, and where it is off.
  std::optional<NearMiss> nearly() const;

private:
  ElementFunction(mlir::Operation *last, mlir::Value x, llvm::ArrayRef<mlir::Operation *> ops);

  /// The results for these numbers.
  llvm::SmallVector<double> evaluate(llvm::ArrayRef<double> points) const;
  /// The single numbers that it is written with.
  llvm::SmallVector<double> constants() const;

  mlir::Value x;
  /// From the first one to the last.
  llvm::SmallVector<mlir::Operation *> ops;
};

} // namespace tare

#endif // TARE_PASSES_GRAPH_ELEMENTFUNCTION_H
