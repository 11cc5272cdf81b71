//===- Hypotheses.cpp - Why another runtime has other integers ------------===//
#include "Driver/Explain/Hypotheses.h"

#include "Driver/Explain/ProgramNumbers.h"
#include "Driver/Explain/Requantization.h"
#include "tare/Kernels/Registry.h"
#include "tare/Kernels/Rounding.h"
#include "tare/Proof/OtherRounding.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

using namespace tare;
using namespace tare::explain;
using runtime::Trace;

template <typename T> static Integers integersAs(const ConstTensorView &tensor) {
  return Integers(tensor.as<T>(), tensor.as<T>() + tensor.count());
}

Integers explain::integersOf(const ConstTensorView &tensor) {
  switch (tensor.type.element) {
  case ElementType::i8:
    return integersAs<int8_t>(tensor);
  case ElementType::u8:
    return integersAs<uint8_t>(tensor);
  case ElementType::i16:
    return integersAs<int16_t>(tensor);
  case ElementType::u16:
    return integersAs<uint16_t>(tensor);
  case ElementType::i32:
    return integersAs<int32_t>(tensor);
  case ElementType::u32:
    return integersAs<uint32_t>(tensor);
  default:
    return integersAs<int64_t>(tensor);
  }
}

static int64_t countEqual(const Integers &a, const Integers &b) {
  int64_t equal = 0;
  for (size_t i = 0; i != a.size(); ++i)
    equal += a[i] == b[i];
  return equal;
}

static bool hasStages(const program::OpUnion &op) {
  const program::RequantT *requant = kernels::requantOf(op);
  return requant && requant->stages;
}

Result<Hypotheses> Hypotheses::create(std::shared_ptr<const runtime::Session> session, size_t number) {
  Hypotheses hypotheses(session, number);
  const program::OpUnion &op = hypotheses.layer().op;
  if (!proof::rounds(op))
    return hypotheses;
  const program::RequantT *requant = kernels::requantOf(op);
  const program::Rounding own = requant ? requant->rounding : op.AsAdd()->rounding;
  for (program::Rounding rounding : program::EnumValuesRounding()) {
    if (rounding == own)
      continue;
    // Fast kernels know no stages that round otherwise.
    auto other =
        runtime::Session::create(proof::withRounding(session->model(), rounding), {.forceReference = hasStages(op)});
    auto trace = other ? Trace::create(*other) : Result<Trace>(other.error());
    if (!trace)
      return trace.error();
    hypotheses.others.emplace_back(fmt::format("rounding {}", program::EnumNameRounding(rounding)), std::move(*trace));
  }
  return hypotheses;
}

Status Hypotheses::addRoundings(const std::vector<LayerRun> &runs, Predictions &predictions) const {
  for (const auto &[text, trace] : others) {
    std::vector<Integers> made;
    for (const LayerRun &run : runs) {
      std::vector<ConstTensorView> operands;
      for (const Tensor &operand : run.operands)
        operands.push_back(operand.view());
      Result<std::vector<Tensor>> results = trace.runLayer(number, operands);
      if (!results)
        return results.error();
      made.push_back(integersOf(results->front().view()));
    }
    predictions.emplace_back(text, std::move(made));
  }
  return success();
}

std::optional<std::vector<std::vector<double>>> Hypotheses::exact(const std::vector<LayerRun> &runs) const {
  std::vector<std::vector<double>> all;
  for (const LayerRun &run : runs) {
    std::vector<ConstTensorView> operands;
    for (const Tensor &operand : run.operands)
      operands.push_back(operand.view());
    auto steps = exactSteps(session->model(), layer(), operands);
    if (!steps)
      return std::nullopt;
    all.push_back(std::move(*steps));
  }
  return all;
}

/// f(element of steps), rounded half to even, limited.
template <typename F>
static std::vector<Integers> roundedOf(const std::vector<std::vector<double>> &all, int64_t low, int64_t high, F f) {
  std::vector<Integers> made;
  for (const std::vector<double> &steps : all) {
    Integers &integers = made.emplace_back();
    for (double step : steps)
      integers.push_back(int64_t(std::clamp(std::nearbyint(f(step)), double(low), double(high))));
  }
  return made;
}

/// What theirs is to the steps, counted from the zero point, by least squares over what is not at an end.
static double ratioOf(const std::vector<LayerRun> &runs, const std::vector<std::vector<double>> &all, double zero,
                      int64_t low, int64_t high) {
  double products = 0, squares = 0;
  for (size_t n = 0; n != runs.size(); ++n)
    for (size_t i = 0; i != all[n].size(); ++i) {
      const int64_t theirs = runs[n].theirs[i];
      if (theirs <= low || theirs >= high)
        continue;
      products += (all[n][i] - zero) * (double(theirs) - zero), squares += (all[n][i] - zero) * (all[n][i] - zero);
    }
  return squares > 0 ? products / squares : 1;
}

/// The steps had the multipliers been the real numbers that they stand for.
static std::vector<std::vector<double>> unrounded(std::vector<std::vector<double>> all,
                                                  const std::vector<double> &ratios, double zero) {
  for (std::vector<double> &steps : all)
    for (size_t i = 0; i != steps.size(); ++i)
      steps[i] = zero + (steps[i] - zero) / ratios[i % ratios.size()];
  return all;
}

/// The multipliers over the real numbers, of what is nothing but scaled: one, or one for each channel. None where one
/// is 0, as that of a channel whose results all are.
std::vector<double> Hypotheses::ratios() const {
  const program::RequantT *requant = kernels::requantOf(layer().op);
  if (!requant || requant->function)
    return {};
  std::vector<double> factors = multipliersOf(session->model(), layer(), layer().operands.size());
  return std::ranges::all_of(factors, [](double factor) { return factor > 0; }) ? factors : std::vector<double>();
}

/// (A11) As LiteRT's kernels have it: 31 bits of the real number, rounded twice.
static int64_t scaledTwice(int64_t accumulator, double multiplier) {
  constexpr int bits = 31, mostShift = 62;
  int exponent = 0;
  int64_t significand = std::llround(std::ldexp(std::frexp(multiplier, &exponent), bits));
  if (significand == int64_t(1) << bits)
    significand /= 2, ++exponent;
  const int shift = std::clamp(bits - exponent, 0, mostShift);
  return kernels::scaleAccumulator(accumulator, int32_t(significand), shift, program::Rounding::gemmlowp_double);
}

void Hypotheses::addWideMultipliers(const std::vector<std::vector<double>> &all, const std::vector<double> &factors,
                                    Predictions &predictions) const {
  const program::RequantT &requant = *kernels::requantOf(layer().op);
  const ActivationGrid grid = *gridOf(session->model(), layer());
  if (requant.stages)
    return;
  std::vector<Integers> made;
  for (const std::vector<double> &steps : all) {
    Integers &integers = made.emplace_back();
    for (size_t i = 0; i != steps.size(); ++i) {
      const int64_t channel = int64_t(i % factors.size());
      const double own = std::ldexp(kernels::perChannel(requant.multipliers, channel),
                                    -int(kernels::perChannel(requant.shifts, channel)));
      const int64_t accumulator = std::llround((steps[i] - double(grid.zero)) / own);
      const int64_t scaled = scaledTwice(accumulator, own / factors[channel]) + grid.zero;
      integers.push_back(std::clamp(scaled, grid.low, grid.high));
    }
  }
  predictions.emplace_back("a multiplier of 31 bits, rounding gemmlowp_double", std::move(made));
}

void Hypotheses::addReals(const std::vector<LayerRun> &runs, Predictions &predictions) const {
  std::optional<ActivationGrid> grid = gridOf(session->model(), layer());
  if (!grid)
    return;
  const double zero = double(grid->zero);
  auto itself = [](double step) { return step; };
  std::optional<std::vector<std::vector<double>>> steps = exact(runs);
  if (const std::vector<double> factors = ratios(); steps && !factors.empty()) {
    predictions.emplace_back("the scales' own multiplier, rounded half to even",
                             roundedOf(unrounded(*steps, factors, zero), grid->low, grid->high, itself));
    addWideMultipliers(*steps, factors, predictions);
  }
  std::vector<std::vector<double>> ours;
  for (const LayerRun &run : runs)
    ours.emplace_back(run.ours.begin(), run.ours.end());
  const std::vector<std::vector<double>> &base = steps ? *steps : ours;
  const double ratio = ratioOf(runs, base, zero, grid->low, grid->high);
  predictions.emplace_back(
      fmt::format("scale {:.6g} times as large", 1 / ratio),
      roundedOf(base, grid->low, grid->high, [&](double step) { return zero + ratio * (step - zero); }));
  if (!steps)
    return;
  const int64_t limit = int64_t(1) << (grid->bits - 1);
  predictions.emplace_back(fmt::format("limits [{}, {}]", -limit, limit - 1),
                           roundedOf(*steps, -limit, limit - 1, itself));
}

void Hypotheses::addZeroPoints(const std::vector<LayerRun> &runs, Predictions &predictions) const {
  std::optional<ActivationGrid> grid = gridOf(session->model(), layer());
  if (!grid)
    return;
  for (int64_t shift : {1, -1}) {
    std::vector<Integers> made;
    for (const LayerRun &run : runs) {
      Integers &integers = made.emplace_back(run.ours);
      for (int64_t &each : integers)
        each = std::clamp(each + shift, grid->low, grid->high);
    }
    predictions.emplace_back(shift > 0 ? "zero point 1 higher" : "zero point 1 lower", std::move(made));
  }
}

void Hypotheses::addLimits(const std::vector<LayerRun> &runs, Predictions &predictions) const {
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (const LayerRun &run : runs)
    for (int64_t each : run.theirs)
      low = std::min(low, each), high = std::max(high, each);
  std::vector<Integers> made;
  for (const LayerRun &run : runs) {
    Integers &integers = made.emplace_back(run.ours);
    for (int64_t &each : integers)
      each = std::clamp(each, low, high);
  }
  predictions.emplace_back(fmt::format("limits [{}, {}]", low, high), std::move(made));
}

Result<std::vector<Hypothesis>> Hypotheses::test(const std::vector<LayerRun> &runs) const {
  Predictions predictions;
  if (Status added = addRoundings(runs, predictions); !added)
    return added.error();
  addZeroPoints(runs, predictions);
  addLimits(runs, predictions);
  addReals(runs, predictions);
  int64_t already = 0;
  for (const LayerRun &run : runs)
    already += countEqual(run.ours, run.theirs);
  std::vector<Hypothesis> found;
  for (const auto &[text, made] : predictions) {
    int64_t equal = 0;
    for (size_t n = 0; n != runs.size(); ++n)
      equal += countEqual(made[n], runs[n].theirs);
    if (equal > already)
      found.push_back({text, equal});
  }
  std::ranges::stable_sort(found, std::ranges::greater(), &Hypothesis::equal);
  return found;
}
