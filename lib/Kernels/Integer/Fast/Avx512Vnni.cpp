//===- Avx512Vnni.cpp - The innermost loops for AVX-512 with VNNI ---------===//
#include "Amx.h"
#include "Avx512Traits.h"
#include "VectorDepthwiseBytes.h"
#include "VectorTable.h"

#include <immintrin.h>

namespace tare::kernels {
namespace {

struct V : Avx512Traits<V> {
  struct Words {
    static Ints dot(Ints acc, Ints x, Ints w) { return _mm512_dpwssd_epi32(acc, x, w); }
  };
  struct Bytes {
    static Ints dot(Ints acc, Ints x, Ints w) { return _mm512_dpbusd_epi32(acc, x, w); }
  };
};

/// 64 bytes at a time: two permutations of 128 entries each, chosen by the index's high bit.
[[gnu::target("avx512vbmi")]] void lookupVbmi(const int8_t *x, const int8_t *table, int8_t *y, int64_t count) {
  __m512i t0 = _mm512_loadu_si512(table), t1 = _mm512_loadu_si512(table + 64), t2 = _mm512_loadu_si512(table + 128),
          t3 = _mm512_loadu_si512(table + 192);
  for (int64_t i = 0; i < count; i += 64) {
    __mmask64 lanes = count - i >= 64 ? ~__mmask64(0) : (__mmask64(1) << (count - i)) - 1;
    __m512i index = _mm512_xor_si512(_mm512_maskz_loadu_epi8(lanes, x + i), _mm512_set1_epi8(-128));
    __m512i low = _mm512_permutex2var_epi8(t0, index, t1), high = _mm512_permutex2var_epi8(t2, index, t3);
    _mm512_mask_storeu_epi8(y + i, lanes, _mm512_mask_blend_epi8(_mm512_movepi8_mask(index), low, high));
  }
}

void lookupBytes(const int8_t *x, const int8_t *table, int8_t *y, int64_t count) {
  // Processors came with VNNI before they came with VBMI.
  if (__builtin_cpu_supports("avx512vbmi"))
    lookupVbmi(x, table, y, count);
  else
    lookupRow<V>(x, table, y, count);
}

/// The processor's tiles. g++ wants their numbers as literals.
struct AmxTiles {
  static void configure(const TileConfiguration<V> &configuration) { _tile_loadconfig(&configuration); }
  static void release() { _tile_release(); }
  template <int tile> static void load(const void *x, int64_t stride) {
    if constexpr (tile == 0)
      _tile_loadd(0, x, stride);
    else if constexpr (tile == 1)
      _tile_loadd(1, x, stride);
    else if constexpr (tile == 2)
      _tile_loadd(2, x, stride);
    else if constexpr (tile == 3)
      _tile_loadd(3, x, stride);
    else if constexpr (tile == 4)
      _tile_loadd(4, x, stride);
    else if constexpr (tile == 5)
      _tile_loadd(5, x, stride);
    else if constexpr (tile == 6)
      _tile_loadd(6, x, stride);
    else if constexpr (tile == 7)
      _tile_loadd(7, x, stride);
  }
  template <int tile> static void store(void *y, int64_t stride) {
    if constexpr (tile == 0)
      _tile_stored(0, y, stride);
    else if constexpr (tile == 1)
      _tile_stored(1, y, stride);
    else if constexpr (tile == 2)
      _tile_stored(2, y, stride);
    else if constexpr (tile == 3)
      _tile_stored(3, y, stride);
  }
  /// Unsigned activations by signed weights.
  template <int acc, int activations, int weights> static void dot() {
    static_assert(activations == 4 + acc / 2 && weights == 6 + acc % 2);
    if constexpr (acc == 0)
      _tile_dpbusd(0, 4, 6);
    else if constexpr (acc == 1)
      _tile_dpbusd(1, 4, 7);
    else if constexpr (acc == 2)
      _tile_dpbusd(2, 5, 6);
    else if constexpr (acc == 3)
      _tile_dpbusd(3, 5, 7);
  }
};

constexpr Gemm byteGemm = {.run = runGemm<V, V::Bytes>,
                           .lanes = V::ints,
                           .depth = 4,
                           .panelVectors = V::panelVectors,
                           .bytes = true,
                           .byteWeights = true,
                           .stepMultiple = 1};
constexpr Gemm byteRowGemm = {.run = runRow<V, V::Bytes, WholeWeights<V>>,
                              .lanes = V::ints,
                              .depth = 4,
                              .panelVectors = rowPanelVectors,
                              .bytes = true,
                              .byteWeights = true,
                              .stepMultiple = 1};
constexpr Gemm splitRowGemm = {.run = runSplitRow<V>,
                               .lanes = V::ints,
                               .depth = 4,
                               .panelVectors = rowPanelVectors,
                               .bytes = true,
                               .byteWeights = true,
                               .stepMultiple = 1};
constexpr Gemm tileGemm = {.run = amxRow<V, AmxTiles>,
                           .lanes = V::ints,
                           .depth = 4,
                           .panelVectors = V::panelVectors,
                           .bytes = true,
                           .byteWeights = true,
                           .stepMultiple = tileSteps};

} // namespace

const VectorSet avx512VnniVectors = vectorSetOf<V>({.name = "avx512_vnni",
                                                    .peak = peakLoop<V, V::Bytes, 4>,
                                                    .gemm = byteGemm,
                                                    .rowGemm = byteRowGemm,
                                                    .wideRowGemm = splitRowGemm,
                                                    .depthwiseBytes = depthwiseBytesRow<V>,
                                                    .lookup8 = lookupBytes});
const VectorSet amxVectors = vectorSetOf<V>({.name = "amx",
                                             .peak = amxPeak<V, AmxTiles>,
                                             .gemm = tileGemm,
                                             .rowGemm = byteRowGemm,
                                             .wideRowGemm = splitRowGemm,
                                             .depthwiseBytes = depthwiseBytesRow<V>,
                                             .lookup8 = lookupBytes});

} // namespace tare::kernels
