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

#include "Quantize/ConvexCost.h"
#include "tare/Target/Target.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <limits>
#include <optional>
#include <vector>

namespace tare {

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

  /// Exponents that weights bring one to the other; see addLayer().
  struct Layer {
    Variable x;
    std::optional<Variable> y;
    std::vector<ExponentChannel> channels;
    ShiftRange range;
    unsigned owner;
  };
  /// e[to] - e[from] >= least.
  struct Bound {
    Variable from, to;
    int least;
    unsigned owner;
  };
  /// lowest <= e <= highest.
  struct Limits {
    Variable variable;
    int lowest, highest;
    unsigned owner;
  };

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
  llvm::ArrayRef<Layer> allLayers() const { return layers; }
  llvm::ArrayRef<Bound> allBounds() const { return bounds; }
  llvm::ArrayRef<Limits> allLimits() const { return limits; }
  bool isFixed(Variable variable) const { return fixed[variable].has_value(); }
  /// The cost of the variables alone, in units of 1 / ConvexCost::one.
  int64_t variablesCost(llvm::ArrayRef<int> exponents) const;
  /// Of that, one variable's; and a layer's, in the same units.
  int64_t variableCost(Variable variable, int exponent) const;
  int64_t layerCost(const Layer &layer, int x, int y) const;
  /// The whole cost, in units of 1 / ConvexCost::one.
  int64_t cost(llvm::ArrayRef<int> exponents) const;

private:
  void boundLayer(const Layer &layer);
  int channelExponent(const Layer &layer, const ExponentChannel &channel, int x, int y) const;

  std::vector<std::vector<ConvexCost>> costs;
  std::vector<std::optional<int>> fixed;
  std::vector<Layer> layers;
  std::vector<Bound> bounds;
  std::vector<Limits> limits;
};

} // namespace tare

#endif // TARE_PASSES_QUANTIZE_EXPONENTPROBLEM_H
