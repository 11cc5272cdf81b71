//===- Avx512.cpp - Rows times constant weights for AVX-512 ---------------===//
#include "RowBlocks.h"

#include <immintrin.h>

namespace tare::kernels::floating {
namespace {

struct Avx512 {
  using Floats = __m512;
  static constexpr int lanes = 16, rows = 12;

  static __mmask16 first(int count) { return __mmask16((1u << count) - 1); }
  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats repeat(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float *x) { return _mm512_loadu_ps(x); }
  static Floats load(const float *x, int count) { return _mm512_maskz_loadu_ps(first(count), x); }
  static void store(float *y, Floats x, int count) { _mm512_mask_storeu_ps(y, first(count), x); }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  /// These give the second operand where one is NaN.
  static Floats limited(Floats x, Floats low, Floats high) { return _mm512_min_ps(high, _mm512_max_ps(low, x)); }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
};

} // namespace

const RowLoops avx512Rows = {Avx512::lanes, multiplyRowsBy<Avx512>};

} // namespace tare::kernels::floating
