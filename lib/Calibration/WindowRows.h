//===- WindowRows.h - What weights meet, result by result -------*- C++ -*-===//
#ifndef TARE_CALIBRATION_WINDOWROWS_H
#define TARE_CALIBRATION_WINDOWROWS_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tare::calibration {

/// The elements of a layer's activation that a result is a sum of, in the order of the weights that they meet.
class WindowRows {
public:
  explicit WindowRows(qnn::AccumulatorOpInterface op);

  int64_t groups() const { return groupCount; }
  /// How many weights a channel of the result has.
  int64_t weights() const { return inputs * int64_t(tapCount); }
  /// How many places of the result there are: its elements, all channels counted as one.
  int64_t places() const { return batch * placesOfImage; }

  /// Writes what the weights of group `group` meet at `place`, of an activation in row-major order: weights() numbers;
  /// 0 for a border, and for what a transposed convolution leaves out.
  void write(std::span<const float> activation, int64_t group, int64_t place, float *row) const;

private:
  /// A window along one spatial axis.
  struct Axis {
    int64_t taps, stride, dilation, pad, input, output;
    bool isTransposed;

    /// The place in the input that the tap of a result meets; -1 where there is none.
    int64_t place(int64_t result, int64_t tap) const;
  };

  template <typename Op> void read(Op op, bool isTransposed);

  int64_t groupCount = 1, inputs = 1, batch = 1, placesOfImage = 1, imageSize = 1;
  size_t tapCount = 1;
  std::vector<Axis> axes;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_WINDOWROWS_H
