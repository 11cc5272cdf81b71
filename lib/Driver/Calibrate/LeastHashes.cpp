//===- LeastHashes.cpp - Samples that any order of data gives -------------===//
#include "Driver/Calibrate/LeastHashes.h"

#include "Driver/Calibrate/HashedSamples.h"

#include <iterator>

using namespace tare;

void LeastHashes::visit(const Sample &sample, const std::vector<Tensor> &outputs) {
  if (wanted == 0)
    return;
  const uint64_t hash = hashOf(sample.inputs);
  std::lock_guard lock(mutex);
  if (samples.size() == wanted && hash >= samples.rbegin()->first)
    return;
  samples.emplace(hash, EvaluatedSample{sample.inputs, outputs});
  if (samples.size() > wanted)
    samples.erase(std::prev(samples.end()));
}

std::vector<EvaluatedSample> LeastHashes::take() {
  std::vector<EvaluatedSample> taken;
  for (auto &[hash, sample] : samples)
    taken.push_back(std::move(sample));
  samples.clear();
  return taken;
}
