//===- WeightChannels.h - A layer's weights, channel by channel -*- C++ -*-===//
#ifndef TARE_DRIVER_REPORT_WEIGHTCHANNELS_H
#define TARE_DRIVER_REPORT_WEIGHTCHANNELS_H

#include "tare/Program/Model.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tare {

/// How the integers of weights are used. Lists have one element for each `joined` output channels in a row: 1, but for
/// layers of very many channels.
struct WeightChannels {
  std::string name;
  TensorType type;
  int64_t channels = 0, joined = 1;
  /// The largest magnitude of a weight, in real numbers.
  std::vector<double> magnitudes;
  /// The same in steps, 0 to 128; of joined channels that of the one which uses the fewest.
  std::vector<int64_t> steps;
  /// The share of weights that are 0.
  std::vector<double> zeros;
  /// Channels that hold nothing but zeros, and others that use fewer than fewSteps.
  int64_t dead = 0, coarse = 0;

  static constexpr size_t mostBars = 256;
  static constexpr int64_t fewSteps = 16;
};

/// Of a layer whose operator has weights, constant ones of int8 on a known grid; nothing of others.
std::optional<WeightChannels> weightChannelsOf(const program::Model &model, const program::LayerT &layer);

} // namespace tare

#endif // TARE_DRIVER_REPORT_WEIGHTCHANNELS_H
