//===- Neon.cpp - The innermost loops for 64-bit Arm ----------------------===//
#include "VectorTable.h"

#include <arm_neon.h>

namespace tare::kernels {
namespace {

struct V {
  using Doubles = float64x2_t;
  using Ints = int32x4_t;
  static constexpr int doubles = 2, ints = 4, registers = 32, panelVectors = 4;

  static int16x8_t words(Ints x) { return vreinterpretq_s16_s32(x); }
  static Ints fromWords(int16x8_t x) { return vreinterpretq_s32_s16(x); }
  static int8x16_t bytes(Ints x) { return vreinterpretq_s8_s32(x); }
  static Ints fromBytes(int8x16_t x) { return vreinterpretq_s32_s8(x); }

  static Doubles set(double x) { return vdupq_n_f64(x); }
  static Doubles load(const double *x) { return vld1q_f64(x); }
  static Doubles from(const int32_t *x) { return vcvtq_f64_s64(vmovl_s32(vld1_s32(x))); }
  static Doubles from(const int64_t *x) { return vcvtq_f64_s64(vld1q_s64(x)); }
  static Doubles from(const int8_t *x) { return vcvtq_f64_s64(int64x2_t{x[0], x[1]}); }
  static Doubles from(const int16_t *x) { return vcvtq_f64_s64(int64x2_t{x[0], x[1]}); }
  static Doubles fmaDown(Doubles a, Doubles b, Doubles c) { return vfmaq_f64(c, a, b); }
  static Doubles floor(Doubles x) { return vrndmq_f64(x); }
  static Doubles add(Doubles a, Doubles b) { return vaddq_f64(a, b); }
  static Doubles sub(Doubles a, Doubles b) { return vsubq_f64(a, b); }
  static Doubles mul(Doubles a, Doubles b) { return vmulq_f64(a, b); }
  static Doubles min(Doubles a, Doubles b) { return vminq_f64(a, b); }
  static Doubles max(Doubles a, Doubles b) { return vmaxq_f64(a, b); }
  static Doubles abs(Doubles x) { return vabsq_f64(x); }
  static Doubles withSignOf(Doubles magnitude, Doubles sign) {
    return vbslq_f64(vdupq_n_u64(uint64_t(1) << 63), sign, magnitude);
  }
  static Doubles minusOneWhereOddTie(Doubles whole, Doubles up, Doubles rest) {
    Doubles halved = mul(whole, set(0.5));
    uint64x2_t even = vceqq_f64(floor(halved), halved);
    uint64x2_t oddTie = vbicq_u64(vandq_u64(vceqq_f64(whole, up), vceqzq_f64(rest)), even);
    return sub(whole, vreinterpretq_f64_u64(vandq_u64(oddTie, vreinterpretq_u64_f64(set(1)))));
  }
  /// The floors, as integers, saturated.
  static int32x2_t toInts(Doubles x) { return vqmovn_s64(vcvtmq_s64_f64(x)); }
  static int16x4_t shorts(Doubles a, Doubles b) { return vqmovn_s32(vcombine_s32(toInts(a), toInts(b))); }
  static void storePart(int8_t *y, Doubles a, Doubles b, int low, int64_t count) {
    int8x8_t narrow = vqmovn_s16(vcombine_s16(shorts(a, b), vdup_n_s16(0)));
    int8_t all[8];
    vst1_s8(all, vmax_s8(narrow, vdup_n_s8(int8_t(low))));
    __builtin_memcpy(y, all, count);
  }
  static void storePart(int16_t *y, Doubles a, Doubles b, int low, int64_t count) {
    int16_t all[4];
    vst1_s16(all, vmax_s16(shorts(a, b), vdup_n_s16(int16_t(low))));
    __builtin_memcpy(y, all, count * sizeof(int16_t));
  }
  template <typename T> static void storePair(T *y, Doubles a, Doubles b, int low) { storePart(y, a, b, low, 4); }
  template <typename T> static void store(T *y, Doubles x, int low) { storePart(y, x, x, low, 2); }

  static void prefetch(const void *x) { __builtin_prefetch(x); }
  static Ints zeroInts() { return vdupq_n_s32(0); }
  static Ints loadInts(const void *x) { return fromBytes(vld1q_s8(static_cast<const int8_t *>(x))); }
  static void storeInts(void *y, Ints x) { vst1q_s8(static_cast<int8_t *>(y), bytes(x)); }
  static Ints addInts(Ints a, Ints b) { return vaddq_s32(a, b); }
  /// The four bytes at x, in every lane.
  static Ints repeat(const std::byte *x) {
    int32_t value;
    __builtin_memcpy(&value, x, sizeof value);
    return vdupq_n_s32(value);
  }
  static Ints loadWords(const int16_t *x) { return fromWords(vld1q_s16(x)); }
  static Ints loadWords(const int8_t *x) { return fromWords(vmovl_s8(vld1_s8(x))); }
  static Ints interleaveLow(Ints a, Ints b) { return fromWords(vzip1q_s16(words(a), words(b))); }
  static Ints interleaveHigh(Ints a, Ints b) { return fromWords(vzip2q_s16(words(a), words(b))); }
  static Ints firstHalf(Ints low, Ints) { return low; }
  static Ints secondHalf(Ints, Ints high) { return high; }
  static Ints subtractInts(Ints a, Ints b) { return vsubq_s32(a, b); }
  static Ints andInts(Ints a, Ints b) { return vandq_s32(a, b); }
  template <int count> static Ints shiftLeft(Ints x) { return vshlq_n_s32(x, count); }
  /// Of each 16-bit integer, sign-extended.
  static Ints loadShorts(const int16_t *x) { return vmovl_s16(vld1_s16(x)); }
  /// Of each integer the low half.
  static void storeShorts(int16_t *y, Ints x) { vst1_s16(y, vmovn_s32(x)); }
  /// Two neighbours from each index on.
  static Ints gatherPairs(const int16_t *table, Ints index) {
    int32_t at[4], pairs[4];
    vst1q_s32(at, index);
    for (int lane = 0; lane < 4; ++lane)
      __builtin_memcpy(pairs + lane, table + at[lane], sizeof pairs[lane]);
    return vld1q_s32(pairs);
  }
  static Ints setInts(int32_t x) { return vdupq_n_s32(x); }
  static Ints setWords(int16_t x) { return fromWords(vdupq_n_s16(x)); }
  static Ints setBytes(int8_t x) { return fromBytes(vdupq_n_s8(x)); }
  static Ints addWords(Ints a, Ints b) { return fromWords(vqaddq_s16(words(a), words(b))); }
  static Ints subtractWords(Ints a, Ints b) { return fromWords(vsubq_s16(words(a), words(b))); }
  static Ints multiplyWordsLow(Ints a, Ints b) { return fromWords(vmulq_s16(words(a), words(b))); }
  static Ints multiplyWordsHigh(Ints a, Ints b) {
    Ints low = vmull_s16(vget_low_s16(words(a)), vget_low_s16(words(b)));
    return fromWords(vuzp2q_s16(words(low), words(vmull_high_s16(words(a), words(b)))));
  }
  /// The high half of the product of unsigned words.
  static Ints multiplyHigh(Ints a, Ints b) {
    uint16x8_t x = vreinterpretq_u16_s32(a), z = vreinterpretq_u16_s32(b);
    Ints low = vreinterpretq_s32_u32(vmull_u16(vget_low_u16(x), vget_low_u16(z)));
    return fromWords(vuzp2q_s16(words(low), words(vreinterpretq_s32_u32(vmull_high_u16(x, z)))));
  }
  static Ints minBytes(Ints a, Ints b) { return fromBytes(vminq_s8(bytes(a), bytes(b))); }
  static Ints maxBytes(Ints a, Ints b) { return fromBytes(vmaxq_s8(bytes(a), bytes(b))); }
  static Ints shiftRight(Ints x, int count) { return vshlq_s32(x, vdupq_n_s32(-count)); }
  static Ints shiftRightEach(Ints x, Ints counts) { return vshlq_s32(x, vnegq_s32(counts)); }
  /// Saturated, in order.
  static Ints packWords(Ints low, Ints high) { return fromWords(vqmovn_high_s32(vqmovn_s32(low), high)); }
  static Ints packBytes(Ints a, Ints b) { return fromBytes(vqmovn_high_s16(vqmovn_s16(words(a)), words(b))); }
  static Ints inOrder(Ints x) { return x; }
  template <int count> static void storeBytes(int8_t *y, Ints x) {
    if constexpr (count == 16)
      return storeInts(y, x);
    if constexpr (count >= 8)
      vst1_s8(y, vget_low_s8(bytes(x)));
    if constexpr (count % 8 == 4) {
      int32_t last = vgetq_lane_s32(x, count / 8 * 2);
      __builtin_memcpy(y + count / 8 * 8, &last, sizeof last);
    }
  }
  static void storeSomeBytes(int8_t *y, Ints x, int64_t count) {
    int8_t all[16];
    storeInts(all, x);
    __builtin_memcpy(y, all, count);
  }
  static Ints clampWords(Ints x, int zero, int low, int high) {
    int16x8_t y = vqaddq_s16(words(x), vdupq_n_s16(int16_t(zero)));
    return fromWords(vminq_s16(vmaxq_s16(y, vdupq_n_s16(int16_t(low))), vdupq_n_s16(int16_t(high))));
  }
  static void storeWordsAsBytes(int8_t *y, Ints x) { vst1_s8(y, vmovn_s16(words(x))); }
  struct Words {
    static Ints dot(Ints acc, Ints x, Ints w) {
      Ints low = vmull_s16(vget_low_s16(words(x)), vget_low_s16(words(w)));
      return vaddq_s32(acc, vpaddq_s32(low, vmull_high_s16(words(x), words(w))));
    }
  };
  /// Runs `function` (not inlined, so that nothing moves out of it) with the processor rounding downwards.
  template <auto function, typename... Args> static void call(Args... args) {
    constexpr uint64_t rounding = uint64_t(3) << 22, down = uint64_t(2) << 22;
    uint64_t saved;
    asm volatile("mrs %0, fpcr" : "=r"(saved));
    asm volatile("msr fpcr, %0" : : "r"((saved & ~rounding) | down) : "memory");
    function(args...);
    asm volatile("msr fpcr, %0" : : "r"(saved) : "memory");
  }
};

/// 16 bytes at a time, from four tables of 64 entries: an index beyond a table leaves what there is.
void lookupTables(const int8_t *x, const int8_t *table, int8_t *y, int64_t count) {
  uint8x16x4_t tables[4];
  for (int t = 0; t < 4; ++t)
    tables[t] = vld1q_u8_x4(reinterpret_cast<const uint8_t *>(table) + 64 * t);
  int64_t i = 0;
  for (; i + 16 <= count; i += 16) {
    uint8x16_t index = veorq_u8(vreinterpretq_u8_s8(vld1q_s8(x + i)), vdupq_n_u8(128));
    uint8x16_t found = vqtbl4q_u8(tables[0], index);
    for (int t = 1; t < 4; ++t)
      found = vqtbx4q_u8(found, tables[t], vsubq_u8(index, vdupq_n_u8(uint8_t(64 * t))));
    vst1q_s8(y + i, vreinterpretq_s8_u8(found));
  }
  lookupRow<V>(x + i, table, y + i, count - i);
}

} // namespace

const VectorSet neonVectors = vectorSetOf<V>({.name = "neon",
                                              .peak = peakLoop<V, V::Words, 2>,
                                              .gemm = wordGemm<V>,
                                              .rowGemm = wordRowGemm<V>,
                                              .wideRowGemm = wideRowGemm<V>,
                                              .depthwiseBytes = nullptr,
                                              .lookup8 = lookupTables});

} // namespace tare::kernels
