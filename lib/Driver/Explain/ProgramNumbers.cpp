//===- ProgramNumbers.cpp - What a layer's integers stand for -------------===//
#include "Driver/Explain/ProgramNumbers.h"

#include "tare/Dialect/Qnn/Steps.h"
#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/Requantizer.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::explain;

namespace {

int64_t integerAt(ElementType type, const void *data, int64_t index) {
  switch (type) {
  case ElementType::i8:
    return static_cast<const int8_t *>(data)[index];
  case ElementType::i16:
    return static_cast<const int16_t *>(data)[index];
  case ElementType::i32:
    return static_cast<const int32_t *>(data)[index];
  default:
    return static_cast<const int64_t *>(data)[index];
  }
}

/// The ends that a layer limits its result to; of what moves through it those of the type.
std::pair<int64_t, int64_t> endsOf(const program::OpUnion &op, ElementType type) {
  if (const program::RequantT *requant = kernels::requantOf(op))
    return {requant->clamp_min, requant->clamp_max};
  if (const program::AddT *add = op.AsAdd())
    return {add->clamp_min, add->clamp_max};
  auto [low, high] = proof::integersOf(type);
  if (const program::QuantizeT *quantize = op.AsQuantize(); quantize && quantize->narrow)
    ++low;
  return {low, high};
}

double scaleOf(const std::vector<double> &scales, size_t channel) {
  return scales.size() == 1 ? scales.front() : scales[channel];
}

/// Of a constant's integers: what no order of them changes.
struct Fingerprint {
  int64_t sum = 0;
  uint64_t squares = 0;
  bool operator==(const Fingerprint &) const = default;
  void add(int64_t integer) { sum += integer, squares += uint64_t(integer * integer); }
};

const std::vector<double> &scalesOf(const program::Model &model, uint32_t tensor) {
  return model.program().tensors[tensor]->scales;
}

/// Sums of the integers of each output channel of the weights.
std::vector<int64_t> channelSums(const program::Model &model, uint32_t weights, int64_t channels) {
  const TensorType &type = model.type(weights);
  std::vector<int64_t> sums(channels);
  const int64_t run = type.count() / channels;
  for (int64_t i = 0; i != type.count(); ++i)
    sums[i / run] += integerAt(type.element, model.constant(weights), i);
  return sums;
}

/// What the bias holds already of the input's zero point; a transposed convolution takes it off while it runs.
int64_t foldedZeroPoint(const program::Model &model, const program::LayerT &layer) {
  return layer.op.AsConvTranspose() ? 0 : model.program().tensors[layer.operands[0]]->zero_point;
}

std::vector<double> multipliersOfSum(const program::Model &model, const program::LayerT &layer,
                                     const program::AddT &add) {
  const double step = std::ldexp(1.0, -add.shift) * scalesOf(model, layer.result).front();
  std::vector<double> ratios;
  for (size_t i : {0, 1}) {
    const std::vector<double> &scales = scalesOf(model, layer.operands[i]);
    if (scales.size() != 1)
      return {};
    ratios.push_back(std::abs(double(i == 0 ? add.lhs_multiplier : add.rhs_multiplier)) * step / scales.front());
  }
  return ratios;
}

/// m * 2^-q of each entry, over stages the product of all.
double multiplierAt(const program::RequantT &requant, size_t channel) {
  const double m = kernels::perChannel(requant.multipliers, int64_t(channel));
  if (const auto &stages = requant.stages)
    return std::ldexp(m, -(stages->accumulator_shift + stages->product_shift + stages->output_shift));
  return std::ldexp(m, -int(kernels::perChannel(kernels::shiftsOf(requant), int64_t(channel))));
}

} // namespace

std::optional<ActivationGrid> explain::gridOf(const program::Model &model, const program::LayerT &layer) {
  const program::TensorT &result = *model.program().tensors[layer.result];
  if (result.scales.size() != 1 || (result.type != ElementType::i8 && result.type != ElementType::i16))
    return std::nullopt;
  auto [low, high] = endsOf(layer.op, result.type);
  return ActivationGrid{result.scales.front(), result.zero_point, low, high, unsigned(8 * sizeOf(result.type))};
}

/// The constant between these integers; nothing where the program's are others.
static std::optional<Tensor> roundedBetween(int64_t low, int64_t high, const program::Model &model, uint32_t constant,
                                            const Tensor &reals) {
  const program::TensorT &tensor = *model.program().tensors[constant];
  const int64_t run = std::max<int64_t>(reals.count() / int64_t(tensor.scales.size()), 1);
  Tensor result(ElementType::f32, reals.shape());
  Fingerprint wanted, found;
  for (int64_t i = 0; i != reals.count(); ++i) {
    const double scale = tensor.scales[i / run];
    const double step = qnn::nearestStep(reals.as<float>()[i], scale) + tensor.zero_point;
    const int64_t integer = int64_t(std::clamp(step, double(low), double(high)));
    result.mutableAs<float>()[i] = float(double(integer - tensor.zero_point) * scale);
    found.add(integer);
    wanted.add(integerAt(tensor.type, model.constant(constant), i));
  }
  return found == wanted ? std::optional(result) : std::nullopt;
}

/// The program's numbers, if each is on one side or the other of the model's, less than a step away: what adaptive
/// rounding leaves (A79). `hasChannelsLast`: the program counts [O, kernel.., I], the model [O, I, kernel..].
static std::optional<Tensor> besideReals(const program::Model &model, uint32_t constant, const Tensor &reals,
                                         bool hasChannelsLast) {
  const program::TensorT &tensor = *model.program().tensors[constant];
  const Shape &shape = reals.shape();
  const int64_t outputs = shape.empty() ? 1 : shape[0], inputs = shape.size() < 2 ? 1 : shape[1];
  const int64_t taps = std::max<int64_t>(reals.count() / std::max<int64_t>(outputs * inputs, 1), 1);
  constexpr double almost = 1 + 1e-6;
  Tensor result(ElementType::f32, shape);
  for (int64_t i = 0; i != reals.count(); ++i) {
    const int64_t channel = i / (inputs * taps), input = i / taps % inputs, tap = i % taps;
    const int64_t at = hasChannelsLast ? (channel * taps + tap) * inputs + input : i;
    const double scale = tensor.scales[tensor.scales.size() == 1 ? 0 : size_t(channel)];
    const double integer = double(integerAt(tensor.type, model.constant(constant), at) - tensor.zero_point);
    if (std::abs(integer - double(reals.as<float>()[i]) / scale) >= almost)
      return std::nullopt;
    result.mutableAs<float>()[i] = float(integer * scale);
  }
  return result;
}

std::optional<Tensor> explain::roundedAs(const program::Model &model, uint32_t constant, const Tensor &reals) {
  const TensorType &type = model.type(constant);
  const size_t channels = scalesOf(model, constant).size();
  if (type.count() != reals.count() || (type.element != ElementType::i8 && type.element != ElementType::i16) ||
      reals.count() % int64_t(channels) != 0)
    return std::nullopt;
  auto [low, high] = proof::integersOf(type.element);
  // Symmetric grids do without the least integer.
  std::optional<Tensor> rounded = roundedBetween(low + 1, high, model, constant, reals);
  if (!rounded)
    rounded = roundedBetween(low, high, model, constant, reals);
  if (!rounded && int64_t(channels) <= (reals.shape().empty() ? 1 : reals.shape()[0]))
    rounded = besideReals(model, constant, reals, /*hasChannelsLast=*/true);
  return rounded;
}

Tensor explain::biasOf(const program::Model &model, const program::LayerT &layer, int64_t channels) {
  const program::RequantT *requant = kernels::requantOf(layer.op);
  const uint32_t weights = layer.operands[1];
  if (layer.operands.size() < 3 || (requant && requant->stages) || !model.constant(weights) ||
      model.type(layer.operands[2]).count() != channels || scalesOf(model, layer.operands[0]).size() != 1 ||
      scalesOf(model, weights).empty())
    return {};
  const uint32_t bias = layer.operands[2];
  const std::vector<int64_t> sums = channelSums(model, weights, channels);
  const int64_t zero = foldedZeroPoint(model, layer);
  Tensor reals(ElementType::f32, {channels});
  for (int64_t c = 0; c != channels; ++c) {
    const int64_t integer = integerAt(model.type(bias).element, model.constant(bias), c) + zero * sums[c];
    const double step = scalesOf(model, layer.operands[0]).front() * scaleOf(scalesOf(model, weights), c);
    reals.mutableAs<float>()[c] = float(double(integer) * step);
  }
  return reals;
}

std::vector<double> explain::multipliersOf(const program::Model &model, const program::LayerT &layer, size_t operands) {
  if (const program::AddT *add = layer.op.AsAdd())
    return operands == 2 ? multipliersOfSum(model, layer, *add) : std::vector<double>();
  auto requantizer = proof::requantizerOf(model, layer);
  if (!requantizer || !*requantizer)
    return {};
  const program::RequantT &requant = *(*requantizer)->parameters;
  // The function's own step is what the multiplier leads to.
  const double step = requant.function && requant.function->scale > 0
                          ? scalesOf(model, layer.result).front() / requant.function->scale
                          : 1;
  std::vector<double> ratios;
  for (const proof::Entry &entry : (*requantizer)->entries)
    ratios.push_back(multiplierAt(requant, size_t(entry.index)) / (entry.scale * step));
  // Of means that count fewer elements at a border the whole ones stand for all.
  const bool isOfChannels = layer.op.AsConv() || layer.op.AsConvTranspose() || layer.op.AsLinear();
  return isOfChannels || ratios.empty() ? ratios : std::vector<double>{ratios.back()};
}
