#include "BinIndices.h"

#include "Vectorized.h"
#include "tare/Calibration/Histogram.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tare::calibration {

namespace {

constexpr uint32_t magnitudeMask = 0x7fffffff, infinityBits = 0x7f800000;

/// An integer that is ordered as the float is (and its own inverse): integers
/// have a min and a max that vectorize, floats have NaNs.
TARE_INLINE int32_t orderedKey(uint32_t bits) {
  auto value = static_cast<int32_t>(bits);
  return value ^ static_cast<int32_t>(static_cast<uint32_t>(value >> 31) & magnitudeMask);
}

TARE_INLINE Scan scanLoop(std::span<const float> values) {
  int32_t low = INT32_MAX, high = INT32_MIN;
  uint32_t magnitude = 0, zeros = 0;
  for (float x : values) {
    auto bits = std::bit_cast<uint32_t>(x);
    int32_t key = orderedKey(bits);
    low = std::min(low, key);
    high = std::max(high, key);
    magnitude = std::max(magnitude, bits & magnitudeMask);
    zeros += (bits & magnitudeMask) == 0;
  }
  auto value = [](int32_t key) {
    // + 0 turns the negative zero into the positive one.
    return std::bit_cast<float>(orderedKey(static_cast<uint32_t>(key))) + 0.0f;
  };
  return {value(low), value(high), zeros, magnitude < infinityBits};
}

/// The index of a value that fits.
TARE_INLINE uint32_t indexOf(float x, float inverse) {
  float scaled = x * inverse;
  auto truncated = static_cast<int32_t>(scaled);
  // floor; and a negative value that underflows to zero is in bin -1 still.
  int32_t borrow = (static_cast<float>(truncated) > scaled) | ((x < 0.0f) & (scaled == 0.0f));
  int32_t floor = truncated - borrow, sign = floor >> 31;
  return static_cast<uint32_t>((floor ^ sign) + (sign & int32_t(Histogram::binsPerSide)));
}

TARE_INLINE Scan indexLoop(std::span<const float> values, float inverse, uint32_t *indices) {
  Scan seen = scanLoop(values);
  constexpr auto limit = float(Histogram::binsPerSide);
  if (!seen.finite || !(seen.max * inverse < limit) || !(seen.min * inverse >= -limit))
    return seen;
  for (size_t i = 0; i < values.size(); ++i)
    indices[i] = indexOf(values[i], inverse);
  if (seen.zeros == 0)
    return seen;
  for (size_t i = 0, next = 0; i < values.size(); ++i) {
    indices[next] = indices[i];
    next += values[i] != 0.0f;
  }
  return seen;
}

#if defined(__x86_64__)
#define TARE_AVX512 [[gnu::target("avx512f,popcnt")]]

/// Scan and indices in one pass, for values some of which may not fit.
struct Avx512Pass {
  __m512 low, high;
  __m512i magnitude;

  TARE_AVX512 TARE_INLINE void init() {
    low = _mm512_set1_ps(std::numeric_limits<float>::infinity());
    high = _mm512_set1_ps(-std::numeric_limits<float>::infinity());
    magnitude = _mm512_setzero_si512();
  }

  /// Writes the indices of the lanes that are not zero; returns their number. Lanes that are not `valid` are zero.
  TARE_AVX512 TARE_INLINE uint32_t step(__m512 x, __mmask16 valid, __m512 inverse, uint32_t *indices) {
    low = _mm512_mask_min_ps(low, valid, low, x);
    high = _mm512_mask_max_ps(high, valid, high, x);
    __m512i absolute = _mm512_and_si512(_mm512_castps_si512(x), _mm512_set1_epi32(magnitudeMask));
    magnitude = _mm512_max_epu32(magnitude, absolute);
    __mmask16 nonZero = _mm512_test_epi32_mask(absolute, absolute);
    __m512i floor = _mm512_cvt_roundps_epi32(_mm512_mul_ps(x, inverse), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
    // A negative value whose product underflows to zero is in bin -1 still.
    __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
    __mmask16 underflow = _mm512_mask_cmpeq_epi32_mask(negative, floor, _mm512_setzero_si512());
    floor = _mm512_mask_set1_epi32(floor, underflow, -1);
    __m512i sign = _mm512_srai_epi32(floor, 31);
    __m512i side = _mm512_and_si512(sign, _mm512_set1_epi32(Histogram::binsPerSide));
    __m512i index = _mm512_add_epi32(_mm512_xor_si512(floor, sign), side);
    _mm512_storeu_si512(indices, _mm512_maskz_compress_epi32(nonZero, index));
    return static_cast<uint32_t>(__builtin_popcount(nonZero));
  }
};

TARE_AVX512 Scan indexAvx512(std::span<const float> span, float inverse, uint32_t *indices) {
  const float *values = span.data();
  size_t count = span.size();
  Avx512Pass pass;
  pass.init();
  __m512 factor = _mm512_set1_ps(inverse);
  size_t found = 0, i = 0;
  for (; i + 16 <= count; i += 16)
    found += pass.step(_mm512_loadu_ps(values + i), 0xffff, factor, indices + found);
  if (i < count) {
    auto rest = static_cast<__mmask16>((1u << (count - i)) - 1);
    found += pass.step(_mm512_maskz_loadu_ps(rest, values + i), rest, factor, indices + found);
  }
  // + 0 turns the negative zero into the positive one.
  return {_mm512_reduce_min_ps(pass.low) + 0.0f, _mm512_reduce_max_ps(pass.high) + 0.0f, count - found,
          _mm512_reduce_max_epu32(pass.magnitude) < infinityBits};
}

#endif

template <Isa isa> constexpr BinLoops loopsOf(const char *name) {
  return {name, [](std::span<const float> values) { return onIsa<scanLoop>(isa, values); },
          [](std::span<const float> values, float inverse, uint32_t *indices) {
            return onIsa<indexLoop>(isa, values, inverse, indices);
          }};
}

std::vector<BinLoops> runnableLoops() {
  std::vector<BinLoops> loops;
#if defined(__x86_64__)
  if (bestIsa() == Isa::avx512) {
    loops.push_back(loopsOf<Isa::avx512>("avx512"));
    loops.back().binIndices = indexAvx512;
  }
  if (bestIsa() >= Isa::avx2)
    loops.push_back(loopsOf<Isa::avx2>("avx2"));
#endif
  loops.push_back(loopsOf<Isa::plain>("plain"));
  return loops;
}

} // namespace

std::span<const BinLoops> allBinLoops() {
  static const std::vector<BinLoops> loops = runnableLoops();
  return loops;
}

} // namespace tare::calibration
