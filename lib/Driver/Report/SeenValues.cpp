//===- SeenValues.cpp - What the values of layers were on data ------------===//
#include "Driver/Report/SeenValues.h"

#include "tare/Proof/Requantizer.h"

#include <algorithm>
#include <cmath>

using namespace tare;

std::optional<GridEnds> tare::gridEnds(const InspectedLayer &layer) {
  const ElementType type = layer.output.element;
  if (layer.grid.scales.size() != 1 || (type != ElementType::i8 && type != ElementType::i16))
    return std::nullopt;
  const double scale = layer.grid.scales.front();
  const int64_t zero = layer.grid.zeroPoints.front();
  const auto [least, most] = proof::integersOf(type);
  return GridEnds{double(least - zero) * scale, double(most - zero) * scale, scale};
}

/// Of an index below zero, too.
static int64_t floorDivide(int64_t index, int64_t by) { return index >= 0 ? index / by : -((-index + by - 1) / by); }

Bars tare::barsOf(const calibration::Histogram &histogram, size_t most) {
  if (histogram.finite() == 0)
    return {};
  const double width = histogram.binWidth();
  const int64_t low = std::floor(histogram.min() / width), high = std::floor(histogram.max() / width);
  int64_t joined = 1;
  while (size_t(floorDivide(high, joined) - floorDivide(low, joined) + 1) > most)
    joined *= 2;
  Bars bars{width * double(joined), floorDivide(low, joined), {}};
  bars.counts.resize(floorDivide(high, joined) - bars.first + 1);
  auto add = [&](int64_t bin, uint64_t count) {
    if (count != 0)
      bars.counts[floorDivide(bin, joined) - bars.first] += count;
  };
  for (size_t i = 0; i != histogram.positive().size(); ++i)
    add(int64_t(i), histogram.positive()[i]);
  for (size_t i = 0; i != histogram.negative().size(); ++i)
    add(-int64_t(i) - 1, histogram.negative()[i]);
  return bars;
}

double SeenValues::clippedShare() const {
  return histogram.finite() == 0 ? 0 : double(below + above) / double(histogram.finite());
}

double SeenValues::usedShare(const GridEnds &grid) const {
  if (histogram.finite() == 0)
    return 0;
  const double low = std::max<double>(std::min<double>(histogram.min(), 0), grid.low);
  const double high = std::min<double>(std::max<double>(histogram.max(), 0), grid.high);
  return std::max(high - low, 0.0) / (grid.high - grid.low);
}

SeenLayers::SeenLayers(const std::vector<InspectedLayer> &layers) {
  for (const InspectedLayer &layer : layers)
    entries.emplace_back().grid = gridEnds(layer);
}

void SeenLayers::see(size_t layer, std::span<const float> values) {
  Entry &entry = entries[layer];
  int64_t below = 0, above = 0;
  if (entry.grid) {
    const double low = entry.grid->low - entry.grid->step / 2, high = entry.grid->high + entry.grid->step / 2;
    below = std::ranges::count_if(values, [&](float value) { return value < low && std::isfinite(value); });
    above = std::ranges::count_if(values, [&](float value) { return value > high && std::isfinite(value); });
  }
  std::lock_guard lock(entry.mutex);
  entry.seen.histogram.add(values);
  entry.seen.below += below;
  entry.seen.above += above;
}

std::optional<SeenValues> SeenLayers::of(size_t layer) const {
  const SeenValues &seen = entries[layer].seen;
  return seen.histogram.total() == 0 ? std::nullopt : std::optional(seen);
}
