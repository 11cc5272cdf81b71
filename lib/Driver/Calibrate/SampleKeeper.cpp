//===- SampleKeeper.cpp - A few of the calibration's samples --------------===//
#include "Driver/Calibrate/SampleKeeper.h"

#include <algorithm>

using namespace tare;

SampleKeeper::SampleKeeper(int64_t wanted, int64_t total) {
  int64_t count = std::min(wanted, total);
  // The middle of each of `count` equal stretches.
  for (int64_t i = 0; i != count; ++i)
    indices.push_back((2 * i + 1) * total / (2 * count));
  samples.resize(count);
}

void SampleKeeper::visit(const Sample &sample, const std::vector<Tensor> &outputs) {
  auto found = std::ranges::lower_bound(indices, sample.index);
  if (found == indices.end() || *found != sample.index)
    return;
  std::lock_guard lock(mutex);
  samples[found - indices.begin()] = {sample.inputs, outputs};
}
