//===- WeightChannels.cpp - A layer's weights, channel by channel ---------===//
#include "Driver/Report/WeightChannels.h"

#include "tare/Kernels/Registry.h"

#include <algorithm>
#include <cstdlib>
#include <span>

using namespace tare;

namespace {

/// The operand that is called so by the operator, where it is a constant of int8 with one scale, or one per channel.
std::optional<uint32_t> weightsOf(const program::Model &model, const program::LayerT &layer) {
  const kernels::Roles &roles = kernels::lookup(layer.op.type)->facts.roles;
  for (size_t i = 0; i != layer.operands.size(); ++i) {
    if (!roles.most() || i >= *roles.most() || roles.of(i) != "weights")
      continue;
    const program::TensorT &tensor = *model.program().tensors[layer.operands[i]];
    const TensorType &type = model.type(layer.operands[i]);
    const size_t scales = tensor.scales.size();
    if (!tensor.constant || type.element != ElementType::i8 || type.shape.empty() || type.count() == 0)
      return std::nullopt;
    if (scales != 1 && (tensor.axis != 0 || scales != size_t(type.shape.front())))
      return std::nullopt;
    return layer.operands[i];
  }
  return std::nullopt;
}

/// The first dimension counts output channels.
class Channels {
public:
  Channels(const program::TensorT &tensor, const TensorType &type, const int8_t *weights)
      : scales(tensor.scales), weights(weights), perChannel(type.count() / type.shape.front()) {}

  void addTo(WeightChannels &result, int64_t first, int64_t end) const {
    double magnitude = 0;
    int64_t least = 128, zeros = 0;
    for (int64_t channel = first; channel != end; ++channel) {
      std::span<const int8_t> own(weights + channel * perChannel, perChannel);
      int64_t steps = 0;
      for (int8_t weight : own)
        steps = std::max<int64_t>(steps, std::abs(int(weight)));
      zeros += std::ranges::count(own, 0);
      least = std::min(least, steps);
      magnitude = std::max(magnitude, double(steps) * scales[scales.size() == 1 ? 0 : channel]);
      result.dead += steps == 0;
      result.coarse += steps != 0 && steps < WeightChannels::fewSteps;
    }
    result.magnitudes.push_back(magnitude);
    result.steps.push_back(least);
    result.zeros.push_back(double(zeros) / double((end - first) * perChannel));
  }

private:
  const std::vector<double> &scales;
  const int8_t *weights;
  int64_t perChannel;
};

} // namespace

std::optional<WeightChannels> tare::weightChannelsOf(const program::Model &model, const program::LayerT &layer) {
  std::optional<uint32_t> weights = weightsOf(model, layer);
  if (!weights)
    return std::nullopt;
  const program::TensorT &tensor = *model.program().tensors[*weights];
  WeightChannels result;
  result.name = tensor.name;
  result.type = model.type(*weights);
  result.channels = result.type.shape.front();
  constexpr int64_t most = WeightChannels::mostBars;
  result.joined = (result.channels + most - 1) / most;
  Channels channels(tensor, result.type, static_cast<const int8_t *>(model.constant(*weights)));
  for (int64_t first = 0; first < result.channels; first += result.joined)
    channels.addTo(result, first, std::min(first + result.joined, result.channels));
  return result;
}
