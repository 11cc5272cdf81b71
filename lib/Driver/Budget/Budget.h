//===- Budget.h - The cheapest widths that reach a goal ---------*- C++ -*-===//
//
// What each value alone costs in accuracy at 8 bits is measured at the outputs.
// The cheapest set of values that, with 16 bits, promises the goal is converted
// and measured, and made larger or smaller until the goal is just reached.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_DRIVER_BUDGET_BUDGET_H
#define TARE_DRIVER_BUDGET_BUDGET_H

#include "Driver/Budget/Goal.h"
#include "Driver/Budget/Trials.h"

#include "llvm/Support/JSON.h"

#include <string>
#include <vector>

namespace tare {

/// Values that have 16 bits.
struct WideValues {
  /// The node that makes the first of them, its operator, and their names.
  std::string layer, op;
  std::vector<std::string> values;
  /// The share that they have in the error at the worst output, from 0 to 1, where all values have 8 bits.
  double share = 0;
  /// What they would add alone: bytes that are read and written more, multiply-accumulates of 16 bits.
  int64_t bytes = 0, macs = 0;
};

/// A program and how far it is from float.
struct BudgetFigures {
  ProgramCost cost;
  /// Of the worst output, in dB, and that output's name.
  double sqnr = 0;
  std::string output;
};

struct BudgetOutcome {
  BudgetGoal goal;
  std::string model, target;
  /// On how many samples of the calibration programs were measured.
  int64_t samples = 0;
  /// How many sets of values there were to choose from.
  size_t candidates = 0;
  /// Those that were chosen, the most worthwhile first.
  std::vector<WideValues> wide;
  /// Where all have 8 bits, where all have 16, and what was chosen.
  BudgetFigures narrow, widest, reached;
  /// The SQNR that the measurements of single values promised.
  double predicted = 0;
  /// The choice as a file for --config.
  std::string config;
};

/// Chooses widths for the program that `request` makes. Errors are about what it says against the goal, and a goal that
/// is not to be reached: they say what is.
Result<BudgetOutcome> findWidths(const CompilationRequest &request, const BudgetGoal &goal, const Listener &listener);

/// What was chosen, what it reaches and what it costs.
std::vector<std::string> summaryOf(const BudgetOutcome &outcome);
/// The same, and a line for each of the first `most` wide values.
std::vector<std::string> linesOf(const BudgetOutcome &outcome, size_t most);
/// "12.3 %".
std::string shareText(double share);
/// Writes "budget": {..}.
void writeBudget(llvm::json::OStream &out, const BudgetOutcome &outcome);

} // namespace tare

#endif // TARE_DRIVER_BUDGET_BUDGET_H
