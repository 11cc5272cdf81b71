//===- ScaleReports.h - What the choice of scales moved ---------*- C++ -*-===//
//
// Warnings of scales that are not the best for themselves, errors of bounds that
// are not satisfied.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_SCALEREPORTS_H
#define TARE_PASSES_QUANTIZE_SCALEREPORTS_H

#include "Quantize/ScaleModel.h"

namespace tare {

/// Tells what a model's choice costs.
class ScaleReports {
public:
  explicit ScaleReports(const ScaleModel &model) : model(model) {}

  /// An error for each layer of which a bound is not satisfied.
  void reportViolations() const;
  /// One warning per value and per layer whose scales are not the best for themselves.
  void reportMoves() const;
  /// One warning of all scales that are not the natural ones because multipliers do not hit these; `before` and
  /// `after`: what is lost in all.
  void reportHits(double before, double after) const;

private:
  using Variable = ScaleModel::Variable;
  using Layer = ScaleModel::Layer;
  using ConstantOperand = ScaleModel::ConstantOperand;

  std::string scalesOf(mlir::Operation *op) const;
  void reportConstant(const ConstantOperand &constant, int chosen, llvm::ArrayRef<int> unconstrained) const;
  void reportValue(mlir::Value value, double best, double chosen, llvm::ArrayRef<int> unconstrained) const;
  /// Who reads a value, and the exponents that suit each variable alone.
  struct Readers {
    llvm::SmallVector<mlir::OpOperand *> uses;
    llvm::ArrayRef<int> unconstrained;
  };
  /// Steps of a result, and whose.
  struct AtReader {
    double steps = 0;
    std::string result;
  };
  /// What an error of a value is at most in the results of its readers; nothing where one does not say it.
  std::optional<AtReader> atReaders(const Readers &readers, double error) const;
  void report(mlir::Operation *op, llvm::StringRef kind, const std::string &what, mlir::Value value,
              const Readers &readers, double best, const qnn::Grid &chosen, std::pair<double, double> range) const;
  void reportWeights(const Layer &layer) const;

  const ScaleModel &model;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_SCALEREPORTS_H
