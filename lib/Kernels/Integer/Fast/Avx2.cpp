//===- Avx2.cpp - The innermost loops for AVX2 and FMA --------------------===//
#include "VectorTable.h"

#include <immintrin.h>

namespace tare::kernels {
namespace {

struct V {
  using Doubles = __m256d;
  using Ints = __m256i;
  static constexpr int doubles = 4, ints = 8, registers = 16, panelVectors = 3;

  static Doubles set(double x) { return _mm256_set1_pd(x); }
  static Doubles load(const double *x) { return _mm256_loadu_pd(x); }
  static Doubles from(const int32_t *x) {
    return _mm256_cvtepi32_pd(_mm_loadu_si128(reinterpret_cast<const __m128i *>(x)));
  }
  /// Of integers below 2^51: added to the bits of 3 * 2^51, they are its
  /// mantissa.
  static Doubles from(const int64_t *x) {
    __m256i bits =
        _mm256_add_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(x)), _mm256_castpd_si256(set(0x1.8p52)));
    return _mm256_sub_pd(_mm256_castsi256_pd(bits), set(0x1.8p52));
  }
  static Doubles from(const int8_t *x) {
    int32_t bytes;
    __builtin_memcpy(&bytes, x, sizeof bytes);
    return _mm256_cvtepi32_pd(_mm_cvtepi8_epi32(_mm_cvtsi32_si128(bytes)));
  }
  static Doubles from(const int16_t *x) {
    return _mm256_cvtepi32_pd(_mm_cvtepi16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(x))));
  }
  static Doubles fmaDown(Doubles a, Doubles b, Doubles c) { return _mm256_fmadd_pd(a, b, c); }
  static Doubles floor(Doubles x) { return _mm256_floor_pd(x); }
  static Doubles add(Doubles a, Doubles b) { return _mm256_add_pd(a, b); }
  static Doubles sub(Doubles a, Doubles b) { return _mm256_sub_pd(a, b); }
  static Doubles mul(Doubles a, Doubles b) { return _mm256_mul_pd(a, b); }
  static Doubles min(Doubles a, Doubles b) { return _mm256_min_pd(a, b); }
  static Doubles max(Doubles a, Doubles b) { return _mm256_max_pd(a, b); }
  static Doubles abs(Doubles x) { return _mm256_andnot_pd(set(-0.0), x); }
  static Doubles withSignOf(Doubles magnitude, Doubles sign) {
    return _mm256_or_pd(magnitude, _mm256_and_pd(sign, set(-0.0)));
  }
  static Doubles minusOneWhereOddTie(Doubles whole, Doubles up, Doubles rest) {
    Doubles halved = mul(whole, set(0.5));
    Doubles odd = _mm256_cmp_pd(floor(halved), halved, _CMP_NEQ_OQ);
    Doubles tie =
        _mm256_and_pd(_mm256_cmp_pd(whole, up, _CMP_EQ_OQ), _mm256_cmp_pd(rest, _mm256_setzero_pd(), _CMP_EQ_OQ));
    return sub(whole, _mm256_and_pd(_mm256_and_pd(odd, tie), set(1)));
  }
  /// Floors (the processor rounds downwards), saturated; what is below 32 bits becomes the least integer, which
  /// saturates as well.
  static __m128i words(Doubles a, Doubles b) { return _mm_packs_epi32(_mm256_cvtpd_epi32(a), _mm256_cvtpd_epi32(b)); }
  static __m128i bytes(Doubles a, Doubles b, int low) {
    __m128i pair = words(a, b);
    return _mm_max_epi8(_mm_packs_epi16(pair, pair), _mm_set1_epi8(int8_t(low)));
  }
  static __m128i shorts(Doubles a, Doubles b, int low) {
    return _mm_max_epi16(words(a, b), _mm_set1_epi16(int16_t(low)));
  }
  static void store(int8_t *y, Doubles x, int low) {
    int32_t four = _mm_cvtsi128_si32(bytes(x, x, low));
    __builtin_memcpy(y, &four, sizeof four);
  }
  static void store(int16_t *y, Doubles x, int low) {
    _mm_storel_epi64(reinterpret_cast<__m128i *>(y), shorts(x, x, low));
  }
  static void storePair(int8_t *y, Doubles a, Doubles b, int low) {
    _mm_storel_epi64(reinterpret_cast<__m128i *>(y), bytes(a, b, low));
  }
  static void storePair(int16_t *y, Doubles a, Doubles b, int low) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(y), shorts(a, b, low));
  }
  template <typename T> static void storePart(T *y, Doubles a, Doubles b, int low, int64_t count) {
    T all[8];
    storePair(all, a, b, low);
    __builtin_memcpy(y, all, count * sizeof(T));
  }

  static void prefetch(const void *x) { _mm_prefetch(static_cast<const char *>(x), _MM_HINT_T1); }
  static Ints zeroInts() { return _mm256_setzero_si256(); }
  static Ints loadInts(const void *x) { return _mm256_loadu_si256(static_cast<const __m256i *>(x)); }
  static void storeInts(void *y, Ints x) { _mm256_storeu_si256(static_cast<__m256i *>(y), x); }
  static Ints addInts(Ints a, Ints b) { return _mm256_add_epi32(a, b); }
  /// The four bytes at x, in every lane.
  static Ints repeat(const std::byte *x) {
    int32_t value;
    __builtin_memcpy(&value, x, sizeof value);
    return _mm256_set1_epi32(value);
  }
  static Ints loadWords(const int16_t *x) { return loadInts(x); }
  static Ints loadWords(const int8_t *x) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(x)));
  }
  static Ints interleaveLow(Ints a, Ints b) { return _mm256_unpacklo_epi16(a, b); }
  static Ints interleaveHigh(Ints a, Ints b) { return _mm256_unpackhi_epi16(a, b); }
  static Ints firstHalf(Ints low, Ints high) { return _mm256_permute2x128_si256(low, high, 0x20); }
  static Ints secondHalf(Ints low, Ints high) { return _mm256_permute2x128_si256(low, high, 0x31); }
  static Ints setWords(int16_t x) { return _mm256_set1_epi16(x); }
  static Ints setBytes(int8_t x) { return _mm256_set1_epi8(x); }
  static Ints addWords(Ints a, Ints b) { return _mm256_adds_epi16(a, b); }
  static Ints minBytes(Ints a, Ints b) { return _mm256_min_epi8(a, b); }
  static Ints maxBytes(Ints a, Ints b) { return _mm256_max_epi8(a, b); }
  static Ints subtractWords(Ints a, Ints b) { return _mm256_sub_epi16(a, b); }
  static Ints multiplyWordsLow(Ints a, Ints b) { return _mm256_mullo_epi16(a, b); }
  static Ints multiplyWordsHigh(Ints a, Ints b) { return _mm256_mulhi_epi16(a, b); }
  /// The high half of the product of unsigned words.
  static Ints multiplyHigh(Ints a, Ints b) { return _mm256_mulhi_epu16(a, b); }
  static Ints shiftRightEach(Ints x, Ints counts) { return _mm256_srav_epi32(x, counts); }
  static Ints packBytes(Ints a, Ints b) { return _mm256_packs_epi16(a, b); }
  /// The bytes of four vectors a, b, c, d after packWords(a, b), packWords(c, d) and packBytes of both.
  static Ints inOrder(Ints x) { return _mm256_permutevar8x32_epi32(x, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7)); }
  template <int count> static void storeBytes(int8_t *y, Ints x) {
    if constexpr (count == 32)
      return _mm256_storeu_si256(reinterpret_cast<__m256i *>(y), x);
    if constexpr (count >= 16)
      _mm_storeu_si128(reinterpret_cast<__m128i *>(y), _mm256_castsi256_si128(x));
    if constexpr (count == 24)
      _mm_storel_epi64(reinterpret_cast<__m128i *>(y + 16), _mm256_extracti128_si256(x, 1));
    if constexpr (count == 8)
      _mm_storel_epi64(reinterpret_cast<__m128i *>(y), _mm256_castsi256_si128(x));
  }
  static void storeSomeBytes(int8_t *y, Ints x, int64_t count) {
    int8_t all[32];
    storeBytes<32>(all, x);
    __builtin_memcpy(y, all, count);
  }
  static Ints subtractInts(Ints a, Ints b) { return _mm256_sub_epi32(a, b); }
  static Ints andInts(Ints a, Ints b) { return _mm256_and_si256(a, b); }
  template <int count> static Ints shiftLeft(Ints x) { return _mm256_slli_epi32(x, count); }
  /// Of each 16-bit integer, sign-extended.
  static Ints loadShorts(const int16_t *x) {
    return _mm256_cvtepi16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(x)));
  }
  /// Of each integer, which fits 16 bits.
  static void storeShorts(int16_t *y, Ints x) {
    __m128i shorts = _mm_packs_epi32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(y), shorts);
  }
  /// Two neighbours from each index on.
  static Ints gatherPairs(const int16_t *table, Ints index) {
    return _mm256_i32gather_epi32(reinterpret_cast<const int *>(table), index, 2);
  }
  static Ints setInts(int32_t x) { return _mm256_set1_epi32(x); }
  static Ints shiftRight(Ints x, int count) { return _mm256_sra_epi32(x, _mm_cvtsi32_si128(count)); }
  /// The words of interleaved lanes in order, saturated.
  static Ints packWords(Ints low, Ints high) { return _mm256_packs_epi32(low, high); }
  static Ints clampWords(Ints x, int zero, int low, int high) {
    Ints y = _mm256_adds_epi16(x, _mm256_set1_epi16(int16_t(zero)));
    return _mm256_min_epi16(_mm256_max_epi16(y, _mm256_set1_epi16(int16_t(low))), _mm256_set1_epi16(int16_t(high)));
  }
  static void storeWordsAsBytes(int8_t *y, Ints x) {
    __m128i bytes = _mm_packs_epi16(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(y), bytes);
  }
  struct Words {
    static Ints dot(Ints acc, Ints x, Ints w) { return _mm256_add_epi32(acc, _mm256_madd_epi16(x, w)); }
  };
  /// Runs `function` (not inlined, so that nothing moves out of it) with the
  /// processor rounding downwards.
  template <auto function, typename... Args> static void call(Args... args) {
    unsigned saved = _mm_getcsr();
    _mm_setcsr((saved & ~_MM_ROUND_MASK) | _MM_ROUND_DOWN);
    function(args...);
    _mm_setcsr(saved);
  }
};

} // namespace

const VectorSet avx2Vectors = vectorSetOf<V>({.name = "avx2",
                                              .peak = peakLoop<V, V::Words, 2>,
                                              .gemm = wordGemm<V>,
                                              .rowGemm = wordRowGemm<V>,
                                              .wideRowGemm = wideRowGemm<V>,
                                              .depthwiseBytes = nullptr,
                                              .lookup8 = lookupRow<V>});

} // namespace tare::kernels
