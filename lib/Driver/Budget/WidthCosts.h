//===- WidthCosts.h - What 16 bits cost -------------------------*- C++ -*-===//
//
// A layer that reads or gives 16 bits computes with 16, and what of it has 8 is
// requantized on the way in or out. So a value beside others that are wide costs
// less than one alone, and may even save something.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_BUDGET_WIDTHCOSTS_H
#define TARE_DRIVER_BUDGET_WIDTHCOSTS_H

#include "Driver/Budget/Candidates.h"

#include "llvm/ADT/DenseMap.h"

#include <optional>
#include <vector>

namespace tare {

struct WidthCost {
  /// How many more bytes layers read and write, requantizations between widths among them.
  int64_t bytes = 0;
  /// How many more multiply-accumulates are of 16 bits.
  int64_t macs = 0;
};

/// What the candidates of a float form cost, by the shapes of its values.
class WidthCosts {
public:
  WidthCosts(mlir::func::FuncOp real, const std::vector<Candidate> &candidates);

  /// What is added where a candidate gets 16 bits beside those that have them; it may be negative.
  WidthCost added(size_t candidate, const std::vector<bool> &isWide) const;
  /// The share of all bytes that are read and written at 8 bits, and the share of all multiply-accumulates, together.
  double shareOf(const WidthCost &cost) const;

private:
  /// An activation that a layer reads or gives.
  struct Side {
    int64_t elements;
    /// Nothing of an operand that is none, as what a function within a layer reads: beside 16 bits it is outside.
    std::optional<size_t> candidate;
  };
  struct Step {
    std::vector<Side> operands, results;
    int64_t macs = 0;
    /// Whether all sides have to have one width: what moves elements has one in any case, the host none.
    bool unifies = false;
  };
  /// `changed` is wide, or not, whatever `isWide` says.
  WidthCost costOf(const Step &step, const std::vector<bool> &isWide, size_t changed, bool isChangedWide) const;
  void addStep(mlir::Operation *op);
  void addSide(std::vector<Side> &sides, mlir::Value value);

  /// The candidate of each value that has its grid.
  llvm::DenseMap<mlir::Value, size_t> owners;
  std::vector<Step> steps;
  /// By candidate, the steps that have a side of it.
  std::vector<std::vector<size_t>> stepsOf;
  int64_t allBytes = 0, allMacs = 0;
};

} // namespace tare

#endif // TARE_DRIVER_BUDGET_WIDTHCOSTS_H
