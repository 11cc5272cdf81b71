//===- Sums.cpp - The error of an addition --------------------------------===//
#include "Grids.h"
#include "Provers.h"

#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace tare;
using namespace tare::proof;
using program::AddT;

namespace {

/// y = clamp(Zy + Ma * (a - Za) + Mb * (b - Zb)), in reals and in integers.
struct Sum {
  const AddT &add;
  double lhsScale, rhsScale;
  std::pair<int64_t, int64_t> lhs, rhs; // the operands' integers above their zero points
  program::RequantT requant = kernels::requantOfSum(add);

  double real(int64_t a, int64_t b) const {
    return std::clamp<double>(add.zero_point + lhsScale * a + rhsScale * b, add.clamp_min, add.clamp_max);
  }
  int64_t output(int64_t a, int64_t b) const {
    return kernels::requantize(a * add.lhs_multiplier + b * add.rhs_multiplier, requant, 0);
  }
};

void tryAllPairs(LayerProof &proof, const Sum &sum) {
  proof.method = Method::pairs;
  for (int64_t a = sum.lhs.first; a <= sum.lhs.second; ++a)
    for (int64_t b = sum.rhs.first; b <= sum.rhs.second; ++b, ++proof.steps) {
      int64_t output = sum.output(a, b);
      double real = sum.real(a, b), error = std::abs(double(output) - real);
      if (error > proof.worst.error)
        proof.worst = {error, a * sum.add.lhs_multiplier + b * sum.add.rhs_multiplier, output, real};
    }
}

/// What a shift rounds off, in steps: half a one, a whole one where it rounds down; where it rounds twice, half of a
/// smaller step more.
double roundingError(const AddT &add) {
  constexpr int firstShift = 31;
  if (add.shift == 0)
    return 0.0;
  if (add.rounding == program::Rounding::gemmlowp_double && add.shift > firstShift)
    return 0.5 + std::ldexp(0.5, firstShift - add.shift);
  return add.rounding == program::Rounding::floor ? 1.0 : 0.5;
}

/// u * a + v * b + w of the operands' integers.
struct Linear {
  double u, v, w;
  double at(std::pair<double, double> ab) const { return u * ab.first + v * ab.second + w; }
};

using Polygon = std::vector<std::pair<double, double>>;

/// What of a convex polygon has `side` of at least 0.
Polygon cut(const Polygon &polygon, const Linear &side) {
  Polygon kept;
  for (size_t i = 0; i != polygon.size(); ++i) {
    auto from = polygon[i], to = polygon[(i + 1) % polygon.size()];
    double before = side.at(from), after = side.at(to);
    if (before >= 0)
      kept.push_back(from);
    if ((before < 0) != (after < 0)) {
      double t = before / (before - after);
      kept.emplace_back(std::lerp(from.first, to.first, t), std::lerp(from.second, to.second, t));
    }
  }
  return kept;
}

/// The multipliers' errors where they are largest, and the rounding of the shift. Where the integers and the real
/// number are beyond the same end of the grid, both are that end and nothing is off: what is off by up to e is so only
/// within e of the grid, which says anew how large e can be.
void boundPairs(LayerProof &proof, const Sum &sum) {
  proof.method = Method::bound;
  Linear real{sum.lhsScale, sum.rhsScale, double(sum.add.zero_point)};
  Linear off{std::ldexp(double(sum.add.lhs_multiplier), -sum.add.shift) - sum.lhsScale,
             std::ldexp(double(sum.add.rhs_multiplier), -sum.add.shift) - sum.rhsScale, 0};
  auto [left, right] = sum.lhs;
  auto [bottom, top] = sum.rhs;
  const Polygon all = {{left, bottom}, {right, bottom}, {right, top}, {left, top}};
  double rounding = roundingError(sum.add), error = 0;
  Polygon inside = all;
  constexpr int times = 4; // The second is near enough; no later one is worse.
  for (int i = 0; i != times; ++i) {
    error = rounding;
    for (auto corner : inside)
      error = std::max(error, std::abs(off.at(corner)) + rounding);
    Linear above = {real.u, real.v, real.w - sum.add.clamp_min + error};
    Linear below = {-real.u, -real.v, sum.add.clamp_max + error - real.w};
    inside = cut(cut(all, above), below);
  }
  proof.worst.error = error;
}

} // namespace

void proof::proveSum(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  const AddT &add = *layer.op.AsAdd();
  auto a = gridOf(model, layer.operands[0]), b = gridOf(model, layer.operands[1]), y = gridOf(model, layer.result);
  if (!a || !b || !y)
    return setUnknown(proof, unknownGrids);
  auto reach = [&](size_t operand, int64_t zeroPoint) {
    auto [low, high] = integersOf(model.type(layer.operands[operand]).element);
    return std::pair(low - zeroPoint, high - zeroPoint);
  };
  // A subtraction has a negative multiplier.
  double sign = add.rhs_multiplier < 0 ? -1.0 : 1.0;
  Sum sum{add, a->scale / y->scale, sign * b->scale / y->scale, reach(0, add.lhs_zero_point),
          reach(1, add.rhs_zero_point)};
  proof.channels = 1;
  if (model.type(layer.result).element == ElementType::i8)
    tryAllPairs(proof, sum);
  else
    boundPairs(proof, sum);
}
