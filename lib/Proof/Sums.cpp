//===- Sums.cpp - The error of an addition --------------------------------===//
#include "Grids.h"
#include "Provers.h"

#include "tare/Kernels/Rounding.h"

#include <algorithm>
#include <cmath>

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

/// The multipliers' errors at the operands' far ends, and the rounding of the shift.
void boundPairs(LayerProof &proof, const Sum &sum) {
  proof.method = Method::bound;
  auto share = [&](int32_t multiplier, double scale, std::pair<int64_t, int64_t> reach) {
    double error = std::abs(std::ldexp(double(multiplier), -sum.add.shift) - scale);
    return error * double(std::max(std::abs(reach.first), std::abs(reach.second)));
  };
  proof.worst.error = share(sum.add.lhs_multiplier, sum.lhsScale, sum.lhs) +
                      share(sum.add.rhs_multiplier, sum.rhsScale, sum.rhs) + roundingError(sum.add);
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
