//===- Avx512Traits.h - AVX-512 (F, BW, DQ, VL) for the shared loops ------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_AVX512TRAITS_H
#define TARE_LIB_KERNELS_INTEGER_FAST_AVX512TRAITS_H

#include <cstddef>
#include <cstdint>
#include <immintrin.h>

namespace tare::kernels {

/// What the sets have in common: each one's V derives from its own copy of it (see Vector.h).
template <typename V> struct Avx512Traits {
  using Doubles = __m512d;
  using Ints = __m512i;
  static constexpr int doubles = 8, ints = 16, registers = 32, panelVectors = 4;
  static constexpr int down = _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC;

  static Doubles set(double x) { return _mm512_set1_pd(x); }
  static Doubles load(const double *x) { return _mm512_loadu_pd(x); }
  static Doubles from(const int32_t *x) {
    return _mm512_cvtepi32_pd(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(x)));
  }
  static Doubles from(const int64_t *x) { return _mm512_cvtepi64_pd(_mm512_loadu_si512(x)); }
  static Doubles from(const int8_t *x) {
    return _mm512_cvtepi32_pd(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(x))));
  }
  static Doubles from(const int16_t *x) {
    return _mm512_cvtepi32_pd(_mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(x))));
  }
  static Doubles fmaDown(Doubles a, Doubles b, Doubles c) { return _mm512_fmadd_round_pd(a, b, c, down); }
  static Doubles floor(Doubles x) { return _mm512_roundscale_pd(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
  static Doubles add(Doubles a, Doubles b) { return _mm512_add_pd(a, b); }
  static Doubles sub(Doubles a, Doubles b) { return _mm512_sub_pd(a, b); }
  static Doubles mul(Doubles a, Doubles b) { return _mm512_mul_pd(a, b); }
  static Doubles min(Doubles a, Doubles b) { return _mm512_min_pd(a, b); }
  static Doubles max(Doubles a, Doubles b) { return _mm512_max_pd(a, b); }
  static Doubles abs(Doubles x) { return _mm512_abs_pd(x); }
  static Doubles withSignOf(Doubles magnitude, Doubles sign) {
    return _mm512_or_pd(magnitude, _mm512_and_pd(sign, _mm512_set1_pd(-0.0)));
  }
  static Doubles minusOneWhereOddTie(Doubles whole, Doubles up, Doubles rest) {
    Doubles halved = mul(whole, set(0.5));
    __mmask8 odd = _mm512_cmp_pd_mask(floor(halved), halved, _CMP_NEQ_OQ);
    __mmask8 tie =
        _mm512_cmp_pd_mask(whole, up, _CMP_EQ_OQ) & _mm512_cmp_pd_mask(rest, _mm512_setzero_pd(), _CMP_EQ_OQ);
    return _mm512_mask_sub_pd(whole, odd & tie, whole, set(1));
  }
  /// The floors, as integers; what is below 32 bits becomes the least integer, which saturates.
  static __m256i toInts(Doubles x) { return _mm512_cvt_roundpd_epi32(x, down); }
  static void store(int8_t *y, Doubles x, int low) {
    _mm_storel_epi64(reinterpret_cast<__m128i *>(y),
                     _mm_max_epi8(_mm256_cvtsepi32_epi8(toInts(x)), _mm_set1_epi8(int8_t(low))));
  }
  static void store(int16_t *y, Doubles x, int low) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(y),
                     _mm_max_epi16(_mm256_cvtsepi32_epi16(toInts(x)), _mm_set1_epi16(int16_t(low))));
  }
  static Ints joined(Doubles a, Doubles b) {
    return _mm512_inserti64x4(_mm512_castsi256_si512(toInts(a)), toInts(b), 1);
  }
  static __m128i bytes(Doubles a, Doubles b, int low) {
    return _mm_max_epi8(_mm512_cvtsepi32_epi8(joined(a, b)), _mm_set1_epi8(int8_t(low)));
  }
  static __m256i shorts(Doubles a, Doubles b, int low) {
    return _mm256_max_epi16(_mm512_cvtsepi32_epi16(joined(a, b)), _mm256_set1_epi16(int16_t(low)));
  }
  static void storePair(int8_t *y, Doubles a, Doubles b, int low) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(y), bytes(a, b, low));
  }
  static void storePair(int16_t *y, Doubles a, Doubles b, int low) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(y), shorts(a, b, low));
  }
  static void storePart(int8_t *y, Doubles a, Doubles b, int low, int64_t count) {
    _mm_mask_storeu_epi8(y, __mmask16((1u << count) - 1), bytes(a, b, low));
  }
  static void storePart(int16_t *y, Doubles a, Doubles b, int low, int64_t count) {
    _mm256_mask_storeu_epi16(y, __mmask16((1u << count) - 1), shorts(a, b, low));
  }

  static void prefetch(const void *x) { _mm_prefetch(static_cast<const char *>(x), _MM_HINT_T0); }
  static Ints zeroInts() { return _mm512_setzero_si512(); }
  static Ints loadInts(const void *x) { return _mm512_loadu_si512(x); }
  static void storeInts(void *y, Ints x) { _mm512_storeu_si512(y, x); }
  static Ints addInts(Ints a, Ints b) { return _mm512_add_epi32(a, b); }
  /// The four bytes at x, in every lane.
  static Ints repeat(const std::byte *x) {
    int32_t value;
    __builtin_memcpy(&value, x, sizeof value);
    return _mm512_set1_epi32(value);
  }
  static Ints loadWords(const int16_t *x) { return loadInts(x); }
  static Ints loadWords(const int8_t *x) {
    return _mm512_cvtepi8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(x)));
  }
  static Ints interleaveLow(Ints a, Ints b) { return _mm512_unpacklo_epi16(a, b); }
  static Ints interleaveHigh(Ints a, Ints b) { return _mm512_unpackhi_epi16(a, b); }
  static Ints interleaveBytesLow(Ints a, Ints b) { return _mm512_unpacklo_epi8(a, b); }
  static Ints interleaveBytesHigh(Ints a, Ints b) { return _mm512_unpackhi_epi8(a, b); }
  /// Undoes the interleaving: channels 0 to 15, and 16 to 31.
  static Ints firstHalf(Ints low, Ints high) {
    return _mm512_permutex2var_epi32(low, _mm512_setr_epi32(0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23),
                                     high);
  }
  static Ints secondHalf(Ints low, Ints high) {
    return _mm512_permutex2var_epi32(
        low, _mm512_setr_epi32(8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31), high);
  }
  static Ints setWords(int16_t x) { return _mm512_set1_epi16(x); }
  static Ints setBytes(int8_t x) { return _mm512_set1_epi8(x); }
  static Ints addWords(Ints a, Ints b) { return _mm512_adds_epi16(a, b); }
  static Ints minBytes(Ints a, Ints b) { return _mm512_min_epi8(a, b); }
  static Ints maxBytes(Ints a, Ints b) { return _mm512_max_epi8(a, b); }
  static Ints subtractWords(Ints a, Ints b) { return _mm512_sub_epi16(a, b); }
  static Ints multiplyWordsLow(Ints a, Ints b) { return _mm512_mullo_epi16(a, b); }
  static Ints multiplyWordsHigh(Ints a, Ints b) { return _mm512_mulhi_epi16(a, b); }
  /// The high half of the product of unsigned words.
  static Ints multiplyHigh(Ints a, Ints b) { return _mm512_mulhi_epu16(a, b); }
  static Ints shiftRightEach(Ints x, Ints counts) { return _mm512_srav_epi32(x, counts); }
  static Ints packBytes(Ints a, Ints b) { return _mm512_packs_epi16(a, b); }
  /// The bytes of four vectors a, b, c, d after packWords(a, b), packWords(c, d) and packBytes of both.
  static Ints inOrder(Ints x) {
    return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), x);
  }
  template <int count> static void storeBytes(int8_t *y, Ints x) {
    if constexpr (count == 64)
      return _mm512_storeu_si512(y, x);
    if constexpr (count >= 32)
      _mm256_storeu_si256(reinterpret_cast<__m256i *>(y), _mm512_castsi512_si256(x));
    if constexpr (count == 48)
      _mm_storeu_si128(reinterpret_cast<__m128i *>(y + 32), _mm512_extracti32x4_epi32(x, 2));
    if constexpr (count == 16)
      _mm_storeu_si128(reinterpret_cast<__m128i *>(y), _mm512_castsi512_si128(x));
  }
  /// Plain stores where they do: masked ones are slow.
  static void storeSomeBytes(int8_t *y, Ints x, int64_t count) {
    if (count == 16)
      return storeBytes<16>(y, x);
    if (count == 32)
      return storeBytes<32>(y, x);
    if (count == 48)
      return storeBytes<48>(y, x);
    _mm512_mask_storeu_epi8(y, (uint64_t(1) << count) - 1, x);
  }
  static Ints subtractInts(Ints a, Ints b) { return _mm512_sub_epi32(a, b); }
  static Ints andInts(Ints a, Ints b) { return _mm512_and_si512(a, b); }
  template <int count> static Ints shiftLeft(Ints x) { return _mm512_slli_epi32(x, count); }
  /// Of each 16-bit integer, sign-extended.
  static Ints loadShorts(const int16_t *x) {
    return _mm512_cvtepi16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(x)));
  }
  /// Of each integer the low half.
  static void storeShorts(int16_t *y, Ints x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(y), _mm512_cvtepi32_epi16(x));
  }
  /// Two neighbours from each index on.
  static Ints gatherPairs(const int16_t *table, Ints index) { return _mm512_i32gather_epi32(index, table, 2); }
  static Ints setInts(int32_t x) { return _mm512_set1_epi32(x); }
  static Ints shiftRight(Ints x, int count) { return _mm512_sra_epi32(x, _mm_cvtsi32_si128(count)); }
  /// The words of interleaved lanes in order, saturated.
  static Ints packWords(Ints low, Ints high) { return _mm512_packs_epi32(low, high); }
  static Ints clampWords(Ints x, int zero, int low, int high) {
    Ints y = _mm512_adds_epi16(x, _mm512_set1_epi16(int16_t(zero)));
    return _mm512_min_epi16(_mm512_max_epi16(y, _mm512_set1_epi16(int16_t(low))), _mm512_set1_epi16(int16_t(high)));
  }
  static void storeWordsAsBytes(int8_t *y, Ints x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i *>(y), _mm512_cvtepi16_epi8(x));
  }
  struct Words {
    static Ints dot(Ints acc, Ints x, Ints w) { return _mm512_add_epi32(acc, _mm512_madd_epi16(x, w)); }
  };
  /// The arithmetic names its rounding itself.
  template <auto function, typename... Args> static void call(Args... args) { function(args...); }
};

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_AVX512TRAITS_H
