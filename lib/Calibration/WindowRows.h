//===- WindowRows.h - What weights meet, result by result -------*- C++ -*-===//
#ifndef TARE_CALIBRATION_WINDOWROWS_H
#define TARE_CALIBRATION_WINDOWROWS_H

#include "tare/Dialect/Qnn/QnnInterfaces.h"
#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tare::calibration {

/// The elements of a layer's activation that a result is a sum of, in the order of the weights that they meet: a row
/// for each place of the result that is looked at, all channels of it counted as one place.
class WindowRows {
public:
  /// Looks at no more than `mostRows` places, spread over the result.
  WindowRows(qnn::AccumulatorOpInterface op, int64_t mostRows);

  int64_t groups() const { return groupCount; }
  /// How many weights a channel of the result has.
  int64_t weights() const { return inputs * tapCount; }
  int64_t rows() const { return int64_t(images.size()); }

  /// Writes what the weights of group `group` meet at the place of row `row`, of an activation in row-major order:
  /// weights() numbers; 0 for a border, and for what a transposed convolution leaves out.
  void write(std::span<const float> activation, int64_t group, int64_t row, float *out) const;

private:
  /// A window along one spatial axis.
  struct Axis {
    int64_t taps, stride, dilation, pad, input, output;
    bool isTransposed;

    /// The place in the input that the tap of a result meets; -1 where there is none.
    int64_t place(int64_t result, int64_t tap) const;
  };

  template <typename Op> void read(Op op, bool isTransposed);
  void addRow(int64_t place);
  /// Where in a channel of the input a tap of the result at `result` is; -1 on a border.
  int64_t offsetOf(llvm::ArrayRef<int64_t> result, int64_t tap) const;

  int64_t groupCount = 1, inputs = 1, tapCount = 1, batch = 1, placesOfImage = 1, imageSize = 1;
  std::vector<Axis> axes;
  /// By row: which image of the batch, and by tap, where in a channel of it.
  std::vector<int64_t> images, offsets;
};

} // namespace tare::calibration

#endif // TARE_CALIBRATION_WINDOWROWS_H
