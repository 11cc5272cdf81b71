//===- RandomSamples.cpp - Data for trying the flow -----------------------===//
#include "tare/Calibration/Calibrate.h"

#include <algorithm>
#include <atomic>
#include <cstring>

using namespace tare;
using calibration::IntegerRange;

namespace {

/// SplitMix64 (Steele et al., "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014): the same on every
/// machine.
class Generator {
public:
  explicit Generator(uint64_t seed) : state(seed) {}

  uint64_t next() {
    uint64_t z = (state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  /// Nearly normal: the sum of twelve uniform numbers less its mean has variance 1, and needs no libm.
  float normal() {
    double sum = 0;
    for (int i = 0; i < 12; ++i)
      sum += double(next() >> 11) * 0x1p-53;
    return float(sum - 6.0);
  }

private:
  uint64_t state;
};

class RandomSamples : public SampleSource {
public:
  RandomSamples(std::vector<InputDeclaration> inputs, int64_t count, std::vector<std::optional<IntegerRange>> ranges)
      : inputs(std::move(inputs)), count(count), ranges(std::move(ranges)) {
    this->ranges.resize(this->inputs.size());
  }

  int64_t sampleCount() const override { return count; }

  Result<std::optional<Sample>> next() override {
    int64_t index = position++;
    if (index >= count)
      return std::optional<Sample>();
    Sample sample{index, {}};
    for (size_t input = 0; input < inputs.size(); ++input)
      sample.inputs.push_back(make(inputs[input].type, index * inputs.size() + input, ranges[input]));
    return std::optional<Sample>(std::move(sample));
  }

private:
  static Tensor make(const TensorType &type, uint64_t seed, const std::optional<IntegerRange> &range) {
    Generator generator(seed);
    Tensor tensor(type);
    if (range)
      fill(tensor, generator, *range);
    else if (type.element == ElementType::f32)
      std::generate_n(tensor.mutableAs<float>(), tensor.count(), [&] { return generator.normal(); });
    else
      std::generate_n(tensor.mutableAs<uint8_t>(), type.bytes(), [&] { return uint8_t(generator.next()); });
    return tensor;
  }

  /// Of numbers that the element's type has, by their lowest bytes (little endian).
  static void fill(Tensor &tensor, Generator &generator, const IntegerRange &range) {
    const uint64_t size = uint64_t(range.high) - uint64_t(range.low) + 1; // 0 of all there are
    const size_t bytes = sizeOf(tensor.element());
    std::byte *out = tensor.mutableAs<std::byte>();
    for (int64_t i = 0; i != tensor.count(); ++i, out += bytes) {
      const uint64_t number = uint64_t(range.low) + (size == 0 ? generator.next() : generator.next() % size);
      std::memcpy(out, &number, bytes);
    }
  }

  std::vector<InputDeclaration> inputs;
  int64_t count;
  std::vector<std::optional<IntegerRange>> ranges;
  std::atomic<int64_t> position = 0;
};

} // namespace

std::unique_ptr<SampleSource> tare::calibration::randomSamples(std::vector<InputDeclaration> inputs, int64_t count,
                                                               std::vector<std::optional<IntegerRange>> ranges) {
  return std::make_unique<RandomSamples>(std::move(inputs), count, std::move(ranges));
}
