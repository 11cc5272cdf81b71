//===- Resizes.cpp - A bound of a linear resize's error -------------------===//
//
// (A46) The weights, of 11 bits as a rule, are off from those of the coordinates, and the
// weighted mean is rounded once; (A57) to another grid by its requantization.
//
//===----------------------------------------------------------------------===//
#include "Grids.h"
#include "Provers.h"
#include "tare/Kernels/ResizeCoordinates.h"

#include <cmath>
#include <set>

using namespace tare;
using namespace tare::proof;
using program::ResizeAxisT;

namespace {

/// The upper neighbour's weight: the program's and the real one.
using Weights = std::pair<double, double>;

/// What is known of an axis.
struct Axis {
  std::set<Weights> weights = {};
  /// Nothing where the lists are those that the axis says they were computed from.
  std::string reason = {};
};

constexpr Weights alone = {0, 0};

/// An old program does not say its coordinates; then its weights are taken for rounded ones (A31).
Axis undeclared(const ResizeAxisT &axis, double weightUnit) {
  Axis result;
  for (size_t i = 0; i != axis.lower.size(); ++i) {
    double weight = axis.weight[i] * weightUnit;
    for (double rounding : {-weightUnit / 2, weightUnit / 2})
      result.weights.insert(axis.lower[i] == axis.upper[i] ? alone : Weights(weight, weight + rounding));
  }
  return result;
}

Axis axisOf(const ResizeAxisT &axis, int64_t input, double weightUnit) {
  if (axis.coordinates.empty())
    return undeclared(axis, weightUnit);
  kernels::ResizeExtent extent{input, int64_t(axis.lower.size()), axis.scale};
  kernels::ResizeAxis meant = kernels::linearCoordinates(extent, *kernels::coordinateModeOf(axis.coordinates));
  if (meant.lower != axis.lower || meant.upper != axis.upper)
    return {{}, "it reads other elements than its coordinates say"};
  Axis result;
  for (size_t i = 0; i != axis.lower.size(); ++i)
    result.weights.insert(axis.lower[i] == axis.upper[i] ? alone
                                                         : Weights(axis.weight[i] * weightUnit, meant.weight[i]));
  return result;
}

/// By how much neighbours that are one step apart can be off together: half the sum of what each weight is off, as the
/// weights sum to 1. `mixes` tells whether anything is interpolated, `drops`
/// whether a weight has more than `fractionBits`.
double mixError(Weights rows, Weights columns, int fractionBits, bool &mixes, bool &drops) {
  double off = 0;
  for (bool below : {false, true})
    for (bool right : {false, true}) {
      auto product = [&](double row, double column) { return (below ? row : 1 - row) * (right ? column : 1 - column); };
      double found = product(rows.first, columns.first), real = product(rows.second, columns.second);
      off += std::abs(found - real) / 2;
      mixes |= found != 0 && found != 1;
      double kept = std::ldexp(found, fractionBits);
      drops |= kept != std::floor(kept);
    }
  return off;
}

/// What is known of all axes together.
struct Mix {
  /// What neighbours that are one step apart can be off together, by the weights.
  double off = 0;
  /// Whether anything is interpolated at all.
  bool mixes = false;
  /// Whether a weight has bits behind those that the accumulator keeps.
  bool drops = false;
  std::string reason = {};
};

Mix mixOf(const program::ResizeT &resize, const Shape &input) {
  std::vector<Axis> axes;
  for (size_t i = 0; i != resize.axes.size(); ++i)
    axes.push_back(axisOf(*resize.axes[i], input[i + 1], std::ldexp(1.0, -resize.weight_bits)));
  if (axes.size() == 1)
    axes.push_back({{alone}});
  Mix mix;
  for (const Axis &axis : axes)
    if (!axis.reason.empty())
      return {0, false, false, axis.reason};
  for (Weights rows : axes[0].weights)
    for (Weights columns : axes[1].weights)
      mix.off = std::max(mix.off, mixError(rows, columns, resize.fraction_bits, mix.mixes, mix.drops));
  return mix;
}

void setBound(LayerProof &proof, double error) {
  proof.method = Method::bound;
  proof.channels = 1;
  proof.steps = 0;
  proof.worst = {};
  proof.worst.error = error;
}

/// (A57) The worst error of the requantization, and what its accumulator is off: by the weights, and by half of its
/// last bit where some were rounded away.
void proveRescaled(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  const program::ResizeT &resize = *layer.op.AsResize();
  proveScaled(proof, model, layer);
  std::optional<TensorGrid> x = gridOf(model, layer.operands[0]), y = gridOf(model, layer.result);
  if (proof.method == Method::unknown || !x || !y)
    return;
  Mix mix = mixOf(resize, model.type(layer.operands[0]).shape);
  if (!mix.reason.empty())
    return setUnknown(proof, mix.reason);
  auto [low, high] = integersOf(model.type(layer.operands[0]).element);
  double lastBit = mix.drops ? std::ldexp(0.5, -resize.fraction_bits) : 0.0;
  setBound(proof, proof.worst.error + x->scale / y->scale * (mix.off * double(high - low) + lastBit));
}

} // namespace

void proof::proveResize(LayerProof &proof, const program::Model &model, const program::LayerT &layer) {
  const program::ResizeT &resize = *layer.op.AsResize();
  if (resize.mode == program::ResizeMode::rescaled)
    return proveRescaled(proof, model, layer);
  proveMovement(proof, model, layer);
  if (resize.mode == program::ResizeMode::nearest || proof.method != Method::exact)
    return;
  Mix mix = mixOf(resize, model.type(layer.operands[0]).shape);
  if (!mix.reason.empty())
    return setUnknown(proof, mix.reason);
  auto [low, high] = integersOf(model.type(layer.result).element);
  if (mix.off != 0 || mix.mixes)
    setBound(proof, mix.off * double(high - low) + (mix.mixes ? 0.5 : 0.0));
}
