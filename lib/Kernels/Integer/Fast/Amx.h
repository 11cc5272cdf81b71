//===- Amx.h - Multiply and accumulate with AMX tiles ---------------------===//
//
// A tile of activations is up to 16 pixels by 64 bytes, a tile of weights 16 steps by one vector of 16 channels: packed
// panels are weight tiles already. Tiles is the processor's (AmxTiles), or a test's model of them; as V it stands in
// its unit's anonymous namespace.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_AMX_H
#define TARE_LIB_KERNELS_INTEGER_FAST_AMX_H

#include "VectorRequant.h"

#include <cstddef>
#include <cstdint>

namespace tare::kernels {

constexpr int tilePixels = 16, tileSteps = 16;

/// What LDTILECFG reads: palette 1, bytes per row and rows of each tile.
template <typename V> struct TileConfiguration {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};

  /// Tiles 0 to 3: accumulators, 4 and 5: activations of `pixels` pixels, 6 and 7: weights.
  explicit TileConfiguration(int64_t pixels) {
    static_assert(sizeof(TileConfiguration) == 64);
    for (int t = 0; t < 8; ++t)
      rowBytes[t] = 64, rows[t] = uint8_t(t < 6 ? pixels : tileSteps);
  }
};

/// Accumulators of one or two tiles of pixels, starting at inputs[0] and [1], by one or two vectors of channels.
template <typename Tiles, int pixelTiles, int vectors>
inline void amxBlock(const GemmRow &row, const std::byte *const *inputs, int64_t vector, int32_t *const *results) {
  const auto *bias = static_cast<const int32_t *>(row.bias) + vector * 16;
  const std::byte *weights = row.weights + vector * 64;
  int64_t weightStride = row.vectors * 64;
  Tiles::template load<0>(bias, 0); // Stride 0: the same bias for every pixel.
  if constexpr (vectors == 2)
    Tiles::template load<1>(bias + 16, 0);
  if constexpr (pixelTiles == 2)
    Tiles::template load<2>(bias, 0);
  if constexpr (pixelTiles == 2 && vectors == 2)
    Tiles::template load<3>(bias + 16, 0);
  for (int64_t s = 0; s < row.segmentCount; ++s)
    for (int64_t step = 0; step < row.segments[s].steps; step += tileSteps, weights += tileSteps * weightStride) {
      int64_t offset = row.segments[s].offset + step * 4;
      Tiles::template load<4>(inputs[0] + offset, row.pixelStride);
      Tiles::template load<6>(weights, weightStride);
      Tiles::template dot<0, 4, 6>();
      if constexpr (vectors == 2) {
        Tiles::template load<7>(weights + 64, weightStride);
        Tiles::template dot<1, 4, 7>();
      }
      if constexpr (pixelTiles == 2) {
        Tiles::template load<5>(inputs[1] + offset, row.pixelStride);
        Tiles::template dot<2, 5, 6>();
      }
      if constexpr (pixelTiles == 2 && vectors == 2)
        Tiles::template dot<3, 5, 7>();
    }
  int64_t resultStride = row.vectors * 64;
  Tiles::template store<0>(results[0] + vector * 16, resultStride);
  if constexpr (vectors == 2)
    Tiles::template store<1>(results[0] + vector * 16 + 16, resultStride);
  if constexpr (pixelTiles == 2)
    Tiles::template store<2>(results[1] + vector * 16, resultStride);
  if constexpr (pixelTiles == 2 && vectors == 2)
    Tiles::template store<3>(results[1] + vector * 16 + 16, resultStride);
}

/// All vectors of the panel, two at a time.
template <typename Tiles, int pixelTiles>
inline void amxPanel(const GemmRow &row, const std::byte *const *inputs, int32_t *const *results) {
  int64_t vector = 0;
  for (; vector + 2 <= row.vectors; vector += 2)
    amxBlock<Tiles, pixelTiles, 2>(row, inputs, vector, results);
  if (vector < row.vectors)
    amxBlock<Tiles, pixelTiles, 1>(row, inputs, vector, results);
}

/// See peakLoop: the four accumulators, on tiles of zeros.
template <typename V, typename Tiles> [[gnu::noinline]] int64_t amxPeak(int64_t steps) {
  alignas(64) TileConfiguration<V> configuration(tilePixels);
  Tiles::configure(configuration);
  for (int64_t step = 0; step < steps; ++step) {
    Tiles::template dot<0, 4, 6>();
    Tiles::template dot<1, 4, 7>();
    Tiles::template dot<2, 5, 6>();
    Tiles::template dot<3, 5, 7>();
  }
  Tiles::release();
  return steps * 4 * tilePixels * 16 * tileSteps * 4;
}

template <typename V, typename Tiles> [[gnu::noinline]] void amxRow(const GemmRow &row) {
  alignas(64) int32_t acc[2][tilePixels * V::panelVectors * 16];
  // Tiles of equal height; the last one overlaps its neighbour where they do not divide the row.
  int64_t tiles = (row.pixels + tilePixels - 1) / tilePixels, height = (row.pixels + tiles - 1) / tiles;
  auto firstPixel = [&](int64_t tile) {
    return tile * height < row.pixels - height ? tile * height : row.pixels - height;
  };
  alignas(64) TileConfiguration<V> configuration(height);
  Tiles::configure(configuration);
  for (int64_t t = 0; t < tiles; t += 2) {
    int64_t count = tiles - t < 2 ? 1 : 2;
    int64_t pixels[2] = {firstPixel(t), firstPixel(t + 1)};
    const std::byte *inputs[2] = {row.input + pixels[0] * row.pixelStride, row.input + pixels[1] * row.pixelStride};
    int32_t *results[2] = {acc[0], acc[1]};
    if (count == 2)
      amxPanel<Tiles, 2>(row, inputs, results);
    else
      amxPanel<Tiles, 1>(row, inputs, results);
    for (int64_t i = 0; i < count; ++i)
      emit<V, int8_t>(AccumulatorBlock<int32_t>{acc[i], row.vectors * 16, height, row.outputs}, row.result,
                      pixels[i] * row.resultStride, row.resultStride, row.requant);
  }
  Tiles::release();
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_AMX_H
