//===- Breakpoints.cpp - A requantization at its breakpoints --------------===//
#include "Breakpoints.h"

#include "tare/Kernels/Rounding.h"
#include "tare/Tensor/Parallel.h"

#include <algorithm>
#include <cmath>

using namespace tare;
using namespace tare::golden;
using proof::Entry;
using proof::Step;

namespace {

/// All sums that an addition's operands can have.
Entry reachOfSum(const program::Model &model, const program::LayerT &layer, const program::AddT &add) {
  auto scaled = [&](size_t operand, int64_t zeroPoint, int64_t multiplier) {
    auto [low, high] = proof::integersOf(model.type(layer.operands[operand]).element);
    return std::minmax({(low - zeroPoint) * multiplier, (high - zeroPoint) * multiplier});
  };
  auto lhs = scaled(0, add.lhs_zero_point, add.lhs_multiplier), rhs = scaled(1, add.rhs_zero_point, add.rhs_multiplier);
  return {0, lhs.first + rhs.first, lhs.second + rhs.second, std::ldexp(1.0, -add.shift)};
}

std::vector<Step> thinned(std::vector<Step> steps, int64_t most) {
  int64_t count = steps.size();
  if (count <= most)
    return steps;
  std::vector<Step> some;
  for (int64_t i = 0; i != most; ++i)
    some.push_back(steps[most == 1 ? 0 : i * (count - 1) / (most - 1)]);
  return some;
}

template <typename T> Tensor column(const std::vector<T> &values) {
  Tensor tensor(ElementTypeOf<T>::value, {int64_t(values.size())});
  std::copy(values.begin(), values.end(), tensor.mutableAs<T>());
  return tensor;
}

} // namespace

Result<std::vector<Entry>> golden::reachOf(const program::Model &model, const program::LayerT &layer,
                                           const program::RequantT &requant) {
  if (const auto *add = layer.op.AsAdd())
    return std::vector<Entry>{reachOfSum(model, layer, *add)};
  auto requantizer = proof::requantizerOf(model, layer);
  if (!requantizer)
    return requantizer.error();
  return (*requantizer)->entries;
}

BreakpointRows golden::walkBreakpoints(const program::RequantT &requant, const std::vector<Entry> &entries,
                                       ElementType output, int64_t stepsPerChannel, size_t threads) {
  BreakpointRows rows;
  std::vector<std::vector<Step>> steps(entries.size());
  std::vector<int64_t> counts(entries.size());
  parallelFor(entries.size(), threads, [&](size_t i, size_t) {
    steps[i] = proof::stepsOf(requant, entries[i]);
    counts[i] = int64_t(steps[i].size());
    steps[i] = thinned(std::move(steps[i]), stepsPerChannel);
  });
  std::vector<int32_t> channels;
  std::vector<int64_t> accumulators;
  std::vector<int16_t> outputs;
  auto add = [&](size_t entry, int64_t accumulator, int64_t y) {
    channels.push_back(int32_t(entries[entry].index));
    accumulators.push_back(accumulator);
    outputs.push_back(int16_t(y));
  };
  for (size_t i = 0; i != entries.size(); ++i) {
    rows.steps += counts[i];
    rows.written += int64_t(steps[i].size());
    for (const Step &step : steps[i]) {
      add(i, step.first, step.output);
      add(i, step.last, step.output);
    }
  }
  rows.channels = column(channels);
  rows.accumulators = column(accumulators);
  rows.outputs =
      output == ElementType::i8 ? column(std::vector<int8_t>(outputs.begin(), outputs.end())) : column(outputs);
  return rows;
}
