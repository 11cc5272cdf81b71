//===- LeastSquares.cpp - Rounding that loses least in sums of products ---===//
#include "Quantize/LeastSquares.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

using namespace tare;

/// A weight may change sides this often at most; a handful of times is usual.
static constexpr int mostRounds = 64;
static constexpr double dampingShare = 0.01;

struct SquaredLoss::State {
  explicit State(const ChannelSteps &channel) : low(channel.low), high(channel.high), slopes(channel.steps.size()) {
    for (double step : channel.steps) {
      chosen.push_back(std::clamp(int64_t(std::nearbyint(step)), low, high));
      errors.push_back(double(chosen.back()) - step);
    }
  }

  double loss() const { return std::inner_product(errors.begin(), errors.end(), slopes.begin(), 0.0); }

  int64_t low, high;
  std::vector<int64_t> chosen;
  std::vector<double> errors, slopes;
};

SquaredLoss::SquaredLoss(std::span<const double> products, int64_t weights) : products(products), count(weights) {
  assert(int64_t(products.size()) == weights * weights);
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += products[size_t(i * count + i)];
  damping = count ? dampingShare * sum / double(count) : 0;
}

void SquaredLoss::addSlopes(std::span<State> states) const {
  for (size_t j = 0; j < size_t(count); ++j) {
    const double *row = products.data() + j * size_t(count);
    for (State &state : states) {
      const double error = state.errors[j];
      double *slopes = state.slopes.data();
      for (int64_t i = 0; i < count; ++i)
        slopes[i] += error * row[i];
      slopes[j] += error * damping;
    }
  }
}

bool SquaredLoss::flip(State &state, int64_t weight) const {
  const size_t at = size_t(weight);
  double &error = state.errors[at];
  const int64_t move = error > 0 ? -1 : 1, other = state.chosen[at] + move;
  // On a step there is no other side; beyond the last one, neither.
  if (error == 0 || std::abs(error) >= 1 || other < state.low || other > state.high)
    return false;
  const double *row = products.data() + weight * count;
  const double own = row[weight] + damping, change = 2 * double(move) * state.slopes[at] + own;
  // What rounding of the sums may feign is no gain.
  if (!(change < -1e-12 * own))
    return false;
  state.chosen[at] = other;
  error += double(move);
  double *slopes = state.slopes.data();
  for (int64_t i = 0; i < count; ++i)
    slopes[i] += double(move) * row[i];
  slopes[at] += double(move) * damping;
  return true;
}

void SquaredLoss::descend(State &state) const {
  bool hasChanged = true;
  for (int round = 0; hasChanged && round < mostRounds; ++round) {
    hasChanged = false;
    for (int64_t i = 0; i < count; ++i)
      hasChanged |= flip(state, i);
  }
}

std::vector<RoundedChannel> SquaredLoss::round(std::span<const ChannelSteps> channels) const {
  std::vector<State> states(channels.begin(), channels.end());
  addSlopes(states);
  std::vector<RoundedChannel> rounded;
  for (State &state : states) {
    RoundedChannel channel{state.chosen, {}, state.loss(), 0};
    descend(state);
    channel.chosen = std::move(state.chosen);
    channel.chosenLoss = state.loss();
    rounded.push_back(std::move(channel));
  }
  return rounded;
}
