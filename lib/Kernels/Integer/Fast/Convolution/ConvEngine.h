//===- ConvEngine.h - Convolution by tiles and panels -----------*- C++ -*-===//
//
// Tiles of input rows are copied with their padding into cache-sized scratch memory; rows of output pixels are
// multiplied with packed weights in registers and requantized while they are in the first-level cache.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_CONVENGINE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_CONVENGINE_H

#include "../Panels.h"
#include "../PreparedRequant.h"
#include "Tile.h"

#include <optional>

namespace tare::kernels {

/// Where output pixels go, in elements: images, rows and pixels are that far apart, the first at `start`.
struct Placement {
  int64_t start, image, row, pixel;
};

/// A convolution with constant weights: the operator itself, or a phase of a transposed one.
struct ConvTask {
  ConvGeometry geometry;
  Placement placement;
  /// The activations' type; accumulators follow from it. The result has that type where there is a requantization.
  ElementType element;
  int32_t zeroPoint;
  const program::RequantT *requant;
  /// [outputs, kernel, kernel, inputs / group], and a bias of the accumulator's type per output; both are copied.
  const int8_t *weights;
  const void *bias;
};

class ConvEngine {
public:
  ConvEngine(const ConvTask &task, const VectorSet &set);

  size_t scratchBytes() const { return tile.bytes(); }
  void run(const std::byte *x, std::byte *y, std::byte *scratch, Share share) const;

private:
  std::vector<WindowRun> windowRuns() const;
  void runGroup(int64_t g, Range panels, int64_t rows, const std::byte *input, std::byte *result) const;

  ConvGeometry geometry;
  Placement placement;
  bool wide;
  const Gemm &gemm;
  int64_t inputBytes, resultBytes;
  Tile tile;
  std::optional<PreparedRequant> requant;
  std::vector<Panels> groups;
};

/// Whether fast convolutions and products of i16 activations with these biases are exact: |acc| < 2^51 for every input,
/// which doubles (on AVX2, the conversion to them) hold. Biases within +-2^50 leave room for 2^26 products.
bool wideSumsAreExact(std::span<const int64_t> bias, int64_t length);

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_CONVOLUTION_CONVENGINE_H
