//===- WatchedSamples.cpp - Samples that are looked at on their way -------===//
#include "Driver/Execute/WatchedSamples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <limits>
#include <span>

using namespace tare;

namespace {

struct Limits {
  float low, high;
};

/// The least and the greatest of the values, cut to an interval, and whether all of them are finite; where not, the
/// extremes mean nothing.
struct Extremes {
  float least, greatest;
  bool allFinite;
};

Extremes extremesOf(std::span<const float> values, Limits cut) {
  constexpr float largest = std::numeric_limits<float>::max();
  // Independent lanes, of which the compiler makes vectors.
  constexpr size_t lanes = 16;
  std::array<float, lanes> least, greatest;
  std::array<uint32_t, lanes> isOther{};
  least.fill(largest);
  greatest.fill(-largest);
  auto see = [&](size_t lane, float value) {
    // Comparisons with NaN are false.
    isOther[lane] |= std::abs(value) <= largest ? 0u : 1u;
    value = value < cut.low ? cut.low : value;
    value = value > cut.high ? cut.high : value;
    least[lane] = value < least[lane] ? value : least[lane];
    greatest[lane] = value > greatest[lane] ? value : greatest[lane];
  };
  size_t i = 0;
  for (; i + lanes <= values.size(); i += lanes)
    for (size_t lane = 0; lane != lanes; ++lane)
      see(lane, values[i + lane]);
  for (; i != values.size(); ++i)
    see(0, values[i]);
  return {std::ranges::min(least), std::ranges::max(greatest), std::ranges::max(isOther) == 0};
}

/// The finite values, cut to an interval: how many, how many outside of what is held, the least and the greatest.
struct Counted {
  int64_t finite = 0, outside = 0;
  float least = std::numeric_limits<float>::max(), greatest = -least;
};

Counted count(std::span<const float> values, Limits held, Limits cut) {
  Counted counted;
  for (float value : values) {
    if (!std::isfinite(value))
      continue;
    value = value < cut.low ? cut.low : value > cut.high ? cut.high : value;
    ++counted.finite;
    counted.outside += value < held.low || value > held.high;
    counted.least = std::min(counted.least, value);
    counted.greatest = std::max(counted.greatest, value);
  }
  return counted;
}

} // namespace

WatchedSamples::WatchedSamples(SampleSource &source, std::vector<Input> inputs)
    : source(source), inputs(std::move(inputs)), seen(this->inputs.size()) {}

/// None of them is outside, nor no number.
WatchedSamples::Numbers WatchedSamples::lookAtBytes(const Tensor &tensor) {
  Numbers numbers;
  const std::span<const uint8_t> bytes(tensor.as<uint8_t>(), size_t(tensor.count()));
  if (bytes.empty())
    return numbers;
  const auto [least, greatest] = std::ranges::minmax(bytes);
  numbers.finite = tensor.count();
  numbers.least = least, numbers.greatest = greatest;
  return numbers;
}

WatchedSamples::Numbers WatchedSamples::look(const Tensor &tensor, int64_t sample,
                                             const std::optional<RealRange> &held) {
  if (held && tensor.element() == ElementType::u8)
    return lookAtBytes(tensor);
  Numbers numbers;
  if (tensor.element() != ElementType::f32)
    return numbers;
  const std::span<const float> values(tensor.as<float>(), tensor.count());
  constexpr float largest = std::numeric_limits<float>::max();
  float low = held ? float(held->low) : -largest, high = held ? float(held->high) : largest;
  // What the network cuts itself is as if it had been given cut.
  Limits cut{held && held->isCutBelow ? low : -HUGE_VALF, held && held->isCutAbove ? high : HUGE_VALF};
  auto [least, greatest, allFinite] = extremesOf(values, cut);
  Counted counted{tensor.count(), 0, least, greatest};
  if (!allFinite || least < low || greatest > high)
    counted = count(values, {low, high}, cut);
  numbers.finite = counted.finite;
  numbers.outside = counted.outside;
  numbers.nonFinite = tensor.count() - numbers.finite;
  numbers.samples = numbers.nonFinite > 0;
  numbers.first = numbers.nonFinite ? sample : -1;
  numbers.least = counted.least;
  numbers.greatest = counted.greatest;
  return numbers;
}

void WatchedSamples::Numbers::add(const Numbers &more) {
  if (more.finite > 0) {
    least = finite ? std::min(least, more.least) : more.least;
    greatest = finite ? std::max(greatest, more.greatest) : more.greatest;
  }
  if (more.first >= 0)
    first = first < 0 ? more.first : std::min(first, more.first);
  finite += more.finite;
  nonFinite += more.nonFinite;
  outside += more.outside;
  samples += more.samples;
}

Result<std::optional<Sample>> WatchedSamples::next() {
  Result<std::optional<Sample>> sample = source.next();
  if (!sample || !*sample)
    return sample;
  std::vector<Numbers> numbers;
  for (size_t i = 0; i != inputs.size(); ++i)
    numbers.push_back(look((*sample)->inputs[i], (*sample)->index, inputs[i].held));
  std::lock_guard lock(mutex);
  for (size_t i = 0; i != inputs.size(); ++i)
    seen[i].add(numbers[i]);
  return sample;
}

std::optional<std::string> WatchedSamples::misfitOf(const Input &input, const Numbers &numbers) {
  if (!input.held || numbers.finite == 0)
    return std::nullopt;
  return misfit(input.name, *input.held, {numbers.least, numbers.greatest},
                double(numbers.outside) / double(numbers.finite));
}

std::optional<std::string> WatchedSamples::misfitOf(const Input &input, std::span<const Tensor> samples) {
  Numbers numbers;
  for (size_t i = 0; i != samples.size(); ++i)
    numbers.add(look(samples[i], int64_t(i), input.held));
  return misfitOf(input, numbers);
}

std::vector<std::string> WatchedSamples::warnings() const {
  std::vector<std::string> lines;
  for (size_t i = 0; i != inputs.size(); ++i) {
    const Numbers &numbers = seen[i];
    if (numbers.nonFinite)
      lines.push_back(
          fmt::format("input '{}': {} of {} elements are NaN or infinite, in {} of {} samples (the first is "
                      "sample {}); what comes out for these says nothing",
                      inputs[i].name, numbers.nonFinite, numbers.finite + numbers.nonFinite, numbers.samples,
                      sampleCount(), numbers.first));
    if (std::optional<std::string> text = misfitOf(inputs[i], numbers))
      lines.push_back(*text + "; scale the data as those that the model was calibrated on");
  }
  return lines;
}

void WatchedSamples::warn(const Listener &listener) const {
  for (const std::string &line : warnings())
    listener.warning(line);
}

std::vector<WatchedSamples::Input> tare::watchedInputs(const runtime::Session &session) {
  std::vector<WatchedSamples::Input> inputs;
  for (size_t i = 0; i != session.inputCount(); ++i)
    inputs.push_back({session.program().inputs[i]->name, heldBy(session, i)});
  return inputs;
}

std::vector<WatchedSamples::Input> tare::watchedInputs(const Executable &executable, const PortForms &forms) {
  std::vector<WatchedSamples::Input> inputs;
  for (size_t i = 0; i != executable.inputs().size(); ++i) {
    const ExecutablePort &port = executable.inputs()[i];
    inputs.push_back({port.name, forms.rawInputs[i] ? std::nullopt : port.held});
  }
  return inputs;
}
