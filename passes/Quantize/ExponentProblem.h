//===- ExponentProblem.h - Powers of two for a whole graph ------*- C++ -*-===//
//
// A target that only shifts has scales 2^e, and shifts that are differences of
// exponents: q = e_y - e_x - e_w[c] must be in the target's range. The choice
// of all exponents at the least sum of squared errors is the minimum of a sum
// of convex functions of exponents and of differences of exponents. Such a
// function is L-natural-convex: where moving no set of exponents up by one,
// and no set down by one, makes it smaller, it is smallest of all; and the
// best set to move is a minimum cut. K. Murota, "Discrete Convex Analysis",
// SIAM 2003, chapters 7 and 10.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_PASSES_QUANTIZE_EXPONENTPROBLEM_H
#define TARE_PASSES_QUANTIZE_EXPONENTPROBLEM_H

#include "tare/Target/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace tare {

/// A convex function of an exponent, in integers, so that sums are exact.
class ConvexCost {
public:
  /// What an error as large as the signal costs.
  static constexpr double one = 4398046511104.0; // 2^42

  /// 0 everywhere.
  ConvexCost() = default;
  /// The squared errors of the exponents `first`, `first + 1`, ..., relative to the power of a signal of which `whole`
  /// is all. Left and right of the least one (the first of several) an error grows by no less a step than it did
  /// nearer: an error that stops growing because all is lost would make no convex function. On the left, where more
  /// than a sixteenth is clipped away, a step costs more than any loss of precision elsewhere. Beyond the list steps
  /// stay the same.
  ConvexCost(int first, llvm::ArrayRef<double> errors, double whole = 1.0);
  /// Hardly more than 0: prefers `exponent` where nothing else does.
  static ConvexCost preferring(int exponent);

  int64_t at(int exponent) const;
  /// Where it is least.
  int best() const { return argmin; }
  /// Limits the function to exponents of no less than `lowest`: below it is steep.
  void limit(int lowest);
  /// No step to the right is larger.
  int64_t largestStep() const { return rightStep; }

private:
  int first = 0, argmin = 0;
  std::vector<int64_t> values{0};
  int64_t leftStep = 0, rightStep = 0;
};

/// One output channel of a layer: its weights' exponent w.
struct ExponentChannel {
  ConvexCost error;
  /// Where the model says it.
  std::optional<int> fixed;
  /// w >= lowest: the integers' products fit the accumulator.
  int lowest = -1000;
  /// e_x + w >= lowestAccumulator: the bias fits.
  int lowestAccumulator = -1000;
};

class ExponentProblem {
public:
  using Variable = unsigned;

  /// An exponent that may be chosen; its cost is the sum of what is added to it.
  Variable addVariable();
  Variable addFixed(int exponent);
  void addCost(Variable variable, const ConvexCost &cost);
  /// lowest <= e <= highest; `owner` is whom a conflict is reported by.
  void addLimits(Variable variable, int lowest, int highest, unsigned owner);
  /// e[to] - e[from] >= least.
  void addBound(Variable from, Variable to, int least, unsigned owner);
  /// A layer whose channels' weights bring e_x to e_y by shifts in `range`; without y the accumulator leaves.
  /// Returns the layer's number.
  unsigned addLayer(Variable x, std::optional<Variable> y, std::vector<ExponentChannel> channels, ShiftRange range,
                    unsigned owner);
  /// Makes one channel's weights coarser yet.
  void raiseLowest(unsigned layer, size_t channel, int lowest);

  /// By variable: the best of each for itself, as if there were no shifts.
  std::vector<int> unconstrained() const;
  /// By variable: the least cost of all that satisfies every bound; where nothing does, the least violation.
  std::vector<int> solve() const;

  /// The exponents of a layer's weights: the best that the shifts allow.
  std::vector<int> channelExponents(unsigned layer, llvm::ArrayRef<int> exponents) const;
  /// The owners of what is not satisfied, each once, in increasing order.
  std::vector<unsigned> violated(llvm::ArrayRef<int> exponents) const;
  /// Whether the fixed exponents are what they must be, and nothing is violated.
  bool satisfies(llvm::ArrayRef<int> exponents) const;
  bool isFixed(Variable variable) const { return fixed[variable].has_value(); }
  /// The cost of the variables alone, in units of 1 / ConvexCost::one.
  int64_t variablesCost(llvm::ArrayRef<int> exponents) const;
  /// The whole cost, in units of 1 / ConvexCost::one.
  int64_t cost(llvm::ArrayRef<int> exponents) const;

private:
  struct Layer {
    Variable x;
    std::optional<Variable> y;
    std::vector<ExponentChannel> channels;
    ShiftRange range;
    unsigned owner;
  };
  struct Bound {
    Variable from, to;
    int least;
    unsigned owner;
  };
  struct Limits {
    Variable variable;
    int lowest, highest;
    unsigned owner;
  };
  class Descent;

  void boundLayer(const Layer &layer);
  int channelExponent(const Layer &layer, const ExponentChannel &channel, int x, int y) const;
  int64_t layerCost(const Layer &layer, int x, int y) const;
  int64_t variableCost(Variable variable, int exponent) const;

  std::vector<std::vector<ConvexCost>> costs;
  std::vector<std::optional<int>> fixed;
  std::vector<Layer> layers;
  std::vector<Bound> bounds;
  std::vector<Limits> limits;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_EXPONENTPROBLEM_H
