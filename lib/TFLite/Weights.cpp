//===- Weights.cpp - Weights and biases as TFLite has them ----------------===//
#include "Weights.h"

#include <algorithm>
#include <limits>
#include <numeric>

using namespace tare;
using namespace tare::tflite;

static size_t elementsOf(const Dimensions &shape) {
  return std::accumulate(shape.begin(), shape.end(), size_t(1), std::multiplies<>());
}

Result<Weights> tflite::weightsOf(const LayerWriter &layer, Dimensions shape) {
  Weights weights{{}, std::move(shape), layer.grid(1)};
  if (!layer.isConstant(1) || layer.type(1).element != ElementType::i8)
    return refusal("weights that are no constants of 8 bits, as TFLite's are");
  if (Status known = layer.checkGrids(2); !known)
    return known.error();
  weights.grid.axis = 0;
  // A list of equal scales is one: readers that know no list take it, too.
  if (std::ranges::count(weights.grid.scales, weights.grid.scales.front()) == std::ssize(weights.grid.scales))
    weights.grid.scales.resize(1);
  std::span<const int8_t> elements = layer.elements<int8_t>(1);
  if (std::ranges::find(elements, std::numeric_limits<int8_t>::min()) != elements.end())
    return refusal(
        "a weight of -128, of a model that brings its own integers, and TFLite's are in [-127, 127]; convert the "
        "float model, or quantize its weights symmetrically");
  weights.elements.assign(elements.begin(), elements.end());
  return weights;
}

Weights tflite::depthwise(Weights weights) {
  const size_t channels = weights.shape[0], taps = weights.elements.size() / channels;
  Weights turned = weights;
  for (size_t channel = 0; channel != channels; ++channel)
    for (size_t tap = 0; tap != taps; ++tap)
      turned.elements[tap * channels + channel] = weights.elements[channel * taps + tap];
  turned.shape = {1, weights.shape[1], weights.shape[2], weights.shape[0]};
  turned.grid.axis = 3;
  return turned;
}

Weights tflite::ungrouped(const Weights &weights, int64_t groups) {
  const size_t each = weights.shape[3], all = each * groups, taps = weights.shape[1] * weights.shape[2];
  const size_t channelsOfGroup = weights.shape[0] / groups;
  Weights whole = weights;
  whole.shape[3] = int32_t(all);
  whole.elements.assign(elementsOf(whole.shape), 0);
  for (size_t row = 0; row != weights.shape[0] * taps; ++row) {
    const size_t group = row / taps / channelsOfGroup;
    std::copy_n(weights.elements.begin() + row * each, each, whole.elements.begin() + row * all + group * each);
  }
  return whole;
}

Weights tflite::dilated(const Weights &weights, int64_t height, int64_t width) {
  const auto &from = weights.shape;
  Weights spread = weights;
  spread.shape[1] = int32_t((from[1] - 1) * height + 1);
  spread.shape[2] = int32_t((from[2] - 1) * width + 1);
  spread.elements.assign(elementsOf(spread.shape), 0);
  const auto &to = spread.shape;
  const size_t inputs = from[3];
  for (int64_t o = 0; o != from[0]; ++o)
    for (int64_t y = 0; y != from[1]; ++y)
      for (int64_t x = 0; x != from[2]; ++x) {
        const size_t source = ((o * from[1] + y) * from[2] + x) * inputs;
        const size_t target = ((o * to[1] + y * height) * to[2] + x * width) * inputs;
        std::copy_n(weights.elements.begin() + source, inputs, spread.elements.begin() + target);
      }
  return spread;
}

Index tflite::addWeights(LayerWriter &layer, Weights weights) {
  return layer.constant("weights", {schema::TensorType::INT8, weights.shape, weights.grid},
                        std::as_bytes(std::span(weights.elements)));
}

namespace {

/// The grid of biases, which LiteRT compares with S_x * S_w[o] in float.
Grid gridOfBias(const LayerWriter &layer, const Weights &weights) {
  Grid grid;
  for (float scale : weights.grid.scales)
    grid.scales.push_back(layer.grid(0).scale() * scale);
  return grid;
}

bool isWide(const LayerWriter &layer) { return layer.type(0).element == ElementType::i16; }

/// Elements of either width.
Index add(LayerWriter &layer, const Weights &weights, const std::vector<int64_t> &bias) {
  const Dimensions shape{int32_t(bias.size())};
  const Grid grid = gridOfBias(layer, weights);
  if (isWide(layer))
    return layer.constant("bias", {schema::TensorType::INT64, shape, grid}, std::as_bytes(std::span(bias)));
  const std::vector<int32_t> narrow(bias.begin(), bias.end());
  return layer.constant("bias", {schema::TensorType::INT32, shape, grid}, std::as_bytes(std::span(narrow)));
}

} // namespace

Result<Index> tflite::addBias(LayerWriter &layer, const Weights &weights, bool isFolded) {
  const size_t channels = layer.shape(1).front(), taps = layer.type(1).count() / channels;
  const std::span<const int8_t> elements = layer.elements<int8_t>(1);
  std::vector<int64_t> bias;
  for (size_t channel = 0; channel != channels; ++channel) {
    int64_t value = layer.type(2).element == ElementType::i64 ? layer.elements<int64_t>(2)[channel]
                                                              : layer.elements<int32_t>(2)[channel];
    if (isFolded)
      for (size_t tap = 0; tap != taps; ++tap)
        value += layer.grid(0).zeroPoint * elements[channel * taps + tap];
    using Narrow = std::numeric_limits<int32_t>;
    if (!isWide(layer) && (value < Narrow::min() || value > Narrow::max()))
      return refusal("a bias of {} steps, and TFLite's have 32 bits; convert the model with 16-bit activations", value);
    bias.push_back(value);
  }
  return add(layer, weights, bias);
}

Index tflite::addZeroBias(LayerWriter &layer, const Weights &weights) {
  return add(layer, weights, std::vector<int64_t>(weights.shape.back()));
}
