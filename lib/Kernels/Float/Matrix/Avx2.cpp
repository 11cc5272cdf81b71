//===- Avx2.cpp - Rows times constant weights for AVX2 --------------------===//
#include "RowBlocks.h"

#include <immintrin.h>

namespace tare::kernels::floating {
namespace {

struct Avx2 {
  using Floats = __m256;
  static constexpr int lanes = 8, rows = 6;

  static __m256i first(int count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static Floats zero() { return _mm256_setzero_ps(); }
  static Floats repeat(float x) { return _mm256_set1_ps(x); }
  static Floats load(const float *x) { return _mm256_loadu_ps(x); }
  static Floats load(const float *x, int count) { return _mm256_maskload_ps(x, first(count)); }
  static void store(float *y, Floats x, int count) { _mm256_maskstore_ps(y, first(count), x); }
  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  /// These give the second operand where one is NaN.
  static Floats limited(Floats x, Floats low, Floats high) { return _mm256_min_ps(high, _mm256_max_ps(low, x)); }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
};

} // namespace

const RowLoops avx2Rows = {Avx2::lanes, multiplyRowsBy<Avx2>};

} // namespace tare::kernels::floating
