//===- ExponentDescent.h - Steepest descent by minimum cuts -----*- C++ -*-===//
#ifndef TARE_PASSES_QUANTIZE_EXPONENTDESCENT_H
#define TARE_PASSES_QUANTIZE_EXPONENTDESCENT_H

#include "MinCut.h"
#include "Quantize/ExponentProblem.h"

namespace tare {

/// Moves sets of exponents by one while that makes the function smaller: first the violation of the bounds, then, with
/// bounds that are kept, the cost. (A37)
class ExponentDescent {
public:
  ExponentDescent(const ExponentProblem &problem, std::vector<int> start)
      : problem(problem), exponents(std::move(start)) {}

  /// The exponents where no set of them is better moved.
  std::vector<int> run();

private:
  using Variable = ExponentProblem::Variable;

  void minimize(bool onlyViolations);

  /// Moves the best set in one direction; false where no set is better than none.
  bool move(int direction, bool onlyViolations);

  /// A function of the exponents of i and j: what each combination of moves changes.
  template <typename Function> void addPair(Variable i, Variable j, int direction, Function function);
  void addViolations(int direction);
  void addCosts(int direction);

  /// What would be violated by moving one without the other cannot be cut.
  void keepBounds(int direction);

  const ExponentProblem &problem;
  std::vector<int> exponents;
  MinCut cut;
  std::vector<MinCut::Node> nodes;
  /// By variable, what moving it alone costs.
  std::vector<int64_t> gains;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_EXPONENTDESCENT_H
