//===- AmxModel.cpp - The tile loops on a model of the tiles --------------===//
//
// Compiled for AVX-512, so it holds nothing but the loops and the model: the test itself must run everywhere.
//
//===----------------------------------------------------------------------===//
#if defined(__x86_64__)
#include "../../../../lib/Kernels/Integer/Fast/Amx.h"
#include "../../../../lib/Kernels/Integer/Fast/Avx512Traits.h"

namespace tare::kernels {
namespace {

struct V : Avx512Traits<V> {};

/// Tile registers after Intel's description of TILELOADD, TDPBUSD and TILESTORED.
struct ModelTiles {
  static inline TileConfiguration<V> configuration{16};
  static inline uint8_t registers[8][16][64];
  static inline bool configured = false;

  static void check(bool condition) {
    if (!condition)
      __builtin_trap();
  }

  static void configure(const TileConfiguration<V> &wanted) {
    configuration = wanted, configured = true;
    __builtin_memset(registers, 0, sizeof registers);
  }
  static void release() { configured = false; }
  template <int tile> static void load(const void *x, int64_t stride) {
    check(configured);
    __builtin_memset(registers[tile], 0, sizeof registers[tile]);
    for (int r = 0; r < configuration.rows[tile]; ++r)
      __builtin_memcpy(registers[tile][r], static_cast<const uint8_t *>(x) + r * stride, configuration.rowBytes[tile]);
  }
  template <int tile> static void store(void *y, int64_t stride) {
    for (int r = 0; r < configuration.rows[tile]; ++r)
      __builtin_memcpy(static_cast<uint8_t *>(y) + r * stride, registers[tile][r], configuration.rowBytes[tile]);
  }
  template <int acc, int activations, int weights> static void dot() {
    check(configuration.rows[acc] == configuration.rows[activations]);
    check(configuration.rows[weights] == configuration.rowBytes[activations] / 4);
    for (int m = 0; m < configuration.rows[acc]; ++m)
      for (int k = 0; k < configuration.rows[weights]; ++k)
        for (int n = 0; n < configuration.rowBytes[acc] / 4; ++n)
          for (int i = 0; i < 4; ++i) {
            uint32_t sum = 0;
            __builtin_memcpy(&sum, &registers[acc][m][4 * n], 4);
            sum += uint32_t(registers[activations][m][4 * k + i] * int8_t(registers[weights][k][4 * n + i]));
            __builtin_memcpy(&registers[acc][m][4 * n], &sum, 4);
          }
  }
};

} // namespace

namespace test {
/// Runs the tile loops on the model; whether they released the tiles.
bool runTileModel(const GemmRow &row) {
  amxRow<V, ModelTiles>(row);
  return !ModelTiles::configured;
}
} // namespace test

} // namespace tare::kernels
#endif
