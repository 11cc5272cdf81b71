//===- Samples.h - Values for the calibration tests -------------*- C++ -*-===//
#ifndef TARE_TEST_UNIT_CALIBRATION_SAMPLES_H
#define TARE_TEST_UNIT_CALIBRATION_SAMPLES_H

#include "tare/Calibration/Histogram.h"

#include <cmath>
#include <random>
#include <vector>

namespace tare::test {

using Values = std::vector<float>;

inline calibration::Histogram histogramOf(std::span<const float> values) {
  calibration::Histogram histogram;
  histogram.add(values);
  return histogram;
}

/// `count` times f(engine); seeded, so a failing test fails again.
template <typename F> Values sample(size_t count, F f, uint32_t seed = 1) {
  std::mt19937 engine(seed);
  Values values(count);
  for (float &value : values)
    value = static_cast<float>(f(engine));
  return values;
}

inline Values uniform(size_t count, double low, double high) {
  return sample(count, std::uniform_real_distribution<double>(low, high));
}
inline Values normal(size_t count, double deviation = 1) {
  return sample(count, std::normal_distribution<double>(0, deviation));
}
/// Laplace: a peak at 0 and long tails.
inline Values longTail(size_t count) {
  return sample(count, [](std::mt19937 &engine) {
    double magnitude = std::exponential_distribution<double>(1)(engine);
    return engine() & 1 ? magnitude : -magnitude;
  });
}
inline Values relu(Values values) {
  for (float &value : values)
    value = std::max(value, 0.0f);
  return values;
}

} // namespace tare::test

#endif // TARE_TEST_UNIT_CALIBRATION_SAMPLES_H
