//===- ScaleBounds.h - How far scales may be apart --------------*- C++ -*-===//
//
// Ops without weights bound the scales of their results by those of their
// operands.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALEBOUNDS_H
#define TARE_PASSES_QUANTIZE_SCALEBOUNDS_H

#include "Quantize/ScaleModel.h"

namespace tare {

/// Adds to a model what its ops say of it.
class ScaleBounds {
public:
  explicit ScaleBounds(ScaleModel &model) : model(model) {}

  void add(qnn::GridOpInterface op);

private:
  using Variable = ScaleModel::Variable;

  void addShifts(qnn::GridOpInterface op, llvm::ArrayRef<Variable> operands, Variable y);
  void addMean(qnn::RequantOpInterface op, llvm::ArrayRef<Variable> operands, Variable y);
  void addRescale(qnn::GridOpInterface op, Variable x, Variable y);
  void addSum(mlir::Operation *op, llvm::ArrayRef<Variable> operands, Variable y);
  void addRange(Variable x, Variable y, const ShiftRange &range);
  int alignment() const;

  ScaleModel &model;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALEBOUNDS_H
