//===- Panels.h - Weights packed for a Gemm ---------------------*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_PANELS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_PANELS_H

#include "Vector.h"

#include "tare/Kernels/Share.h"
#include "tare/Tensor/Tensor.h"

#include <functional>
#include <vector>

namespace tare::kernels {

/// Where a run of consecutive input elements of a window lies, and where its
/// weights are.
struct WindowRun {
  /// Element offset from a pixel's first input, and number of elements.
  int64_t offset, length;
  /// Index of the run's first weight within an output channel's weights.
  int64_t firstWeight;
};

/// The operands of one multiply-accumulate: `outputs` channels of weights and
/// biases.
struct PanelSource {
  int64_t outputs;
  /// Weights of channel o start at weights + o * weightStride; neighbours are
  /// elementStride apart.
  const void *weights;
  bool words = false; // int16 instead of int8
  int64_t weightStride, elementStride = 1;
  /// int32, or int64 for the wide Gemm; null for zeros.
  const void *bias;
};

/// A matrix of weights packed panel by panel, with the biases (corrected for
/// what a byte Gemm adds to activations: 128, or 128 * 256 where it is wide).
class Panels {
public:
  Panels(const Gemm &gemm, bool wide, const std::vector<WindowRun> &runs, int64_t outputs);

  /// Bytes of packed weights and biases, where they are packed while running.
  size_t weightBytes() const;
  size_t biasBytes() const;
  /// Packs some panels into memory of those sizes.
  void pack(const PanelSource &source, Range panels, std::byte *weights, std::byte *bias) const;
  /// Packs constants into memory of our own.
  void packOwn(const PanelSource &source);

  int64_t count() const { return panelCount; }
  /// The bytes that one activation takes in the Gemm's input.
  int64_t activationBytes() const { return gemm->bytes ? 1 : 2; }

  /// Rows of pixels that share a layout.
  struct Rows {
    const std::byte *input;
    int64_t rows, inputRowStride, pixels, pixelStride;
    /// Result elements from row to row and pixel to pixel; the first channel of
    /// all panels is at `result`.
    void *result;
    int64_t resultBytes, resultRowStride, resultStride;
    const RequantVector *requant;
  };
  /// Computes the channels of some panels.
  void run(const Rows &rows, Range panels) const {
    run(rows, panels, ownWeights.as<std::byte>(), ownBias.as<std::byte>());
  }
  void run(const Rows &rows, Range panels, const std::byte *weights, const std::byte *bias) const;

private:
  int64_t vectorsOf(int64_t panel) const;
  /// The channels of a panel.
  int64_t width() const { return panelVectors * gemm->lanes; }
  int64_t panelBytes() const;
  int64_t panelBiasBytes() const;
  void packWordRows(const PanelSource &source, int64_t panel, std::byte *weights) const;
  void packPanel(const PanelSource &source, int64_t panel, std::byte *weights, std::byte *bias) const;

  const Gemm *gemm;
  bool wide;
  int64_t outputs, panelVectors, panelCount, totalSteps = 0;
  std::vector<WindowRun> runs;
  std::vector<Segment> segments;
  Tensor ownWeights, ownBias;
};

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_PANELS_H
