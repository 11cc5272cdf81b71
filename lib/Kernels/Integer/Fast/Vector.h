//===- Vector.h - The innermost loops, one set per instruction set --------===//
//
// Each set is one translation unit compiled for its instruction set; the best
// one that the processor has is chosen at run time. Plain structures only:
// those units must not instantiate inline code that other units share.
//
// The loops themselves (Vector*.h) are templates on V, the types and instructions of a set: a structure that its unit
// defines, in an anonymous namespace. What is made of such a type has internal linkage, so that no linker takes one
// set's function in another one's place, where it would run on a processor without its instructions. That is why every
// function there that is more than a constant is a template on V, or on another type of that namespace, even where it
// has no use for it.
//
//===----------------------------------------------------------------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTOR_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTOR_H

#include <cstddef>
#include <cstdint>

namespace tare::kernels {

/// The rounding of a requantization, as program::Rounding numbers them; after them the three stages, which round half
/// away from zero.
enum RoundingMode : int { halfUp, halfAway, halfEven, roundFloor, gemmlowpDouble, threeStages };

/// A requantization half up (or floor) with a multiplier below 2^15, in 32 bits: with acc = 2^16 * h + l, l >= 0,
///   (acc * m + half) >> q = (h * m + (l * m >> 16) + (half >> 16)) >> (q - 16)
/// for q >= 17, where 2^16 divides half = 2^(q-1); |h * m| is at most 2^30. Both m and 2^q are doubled until m has 15
/// bits. An entry per channel, or the same for all of a panel; null where a channel has a smaller q.
struct IntegerRequant {
  /// m, m * 2^16, half / 2^16 and q - 16.
  const int32_t *low, *high, *half, *shift;
};

/// (A64) A function of 16-bit integers: its 513 entries, how many bits these have behind the point, and the result's
/// ends.
struct FunctionVector {
  const int16_t *table;
  int fractionBits, low, high;
};

/// A requantization prepared for vectors. Element i (channel i, or always 0
/// where perChannel is false): y = clamp(zero + round_shift(acc * multiplier,
/// shift), low, high). The vector sets compute it in double arithmetic rounded
/// towards minus infinity: scale = multiplier * 2^-shift is exact, integers are
/// exact, so the floor of fma(acc, scale, 1/2) is exact as well. In three stages (A39) the shift is that of the
/// product.
struct RequantVector {
  RoundingMode mode;
  bool perChannel;
  /// multiplier * 2^-shift; in gemmlowp's mode multiplier * 2^-min(shift, 31)
  /// and 2^-max(0, shift - 31); in three stages the second is what is added to the product.
  const double *scale, *second;
  /// The same as integers, for the portable set.
  const int32_t *multiplier;
  const uint8_t *shift;
  double zero, low, high;
  /// Of three stages: the shifts before and after the product, and as factors 2^-shift.
  uint8_t firstShift, lastShift;
  double firstScale, lastScale;
  IntegerRequant integers;
  /// Of a layer with a function: zero and the limits are those of the 16-bit integer that it reads. Null without one.
  const FunctionVector *function;

  /// The requantization of the channels from `channel` on.
  /// Inlined always: a copy that the linker shares must not come from a unit of
  /// a higher instruction set.
  [[gnu::always_inline]] RequantVector from(int64_t channel) const {
    RequantVector rest = *this;
    if (perChannel)
      rest.scale += channel, rest.second += channel, rest.multiplier += channel, rest.shift += channel;
    if (perChannel && integers.low)
      rest.integers = {integers.low + channel, integers.high + channel, integers.half + channel,
                       integers.shift + channel};
    return rest;
  }
};

/// Consecutive inputs of a window: `steps` groups of Gemm::depth elements from
/// byte `offset` of a pixel's first one.
struct Segment {
  int64_t offset, steps;
};

/// A row of pixels against one panel of output channels. Pixel p, channel c:
/// acc = bias[c] + sum over all segments' elements of input(p) * weights(c).
struct GemmRow {
  const std::byte *input;
  /// Bytes between the inputs of neighbouring pixels.
  int64_t pixelStride;
  int64_t pixels;
  const Segment *segments;
  int64_t segmentCount;
  /// [segment][step][vectors][lanes][depth]
  const std::byte *weights;
  /// Of int32, or int64 in wideGemm; padded to vectors * lanes.
  const void *bias;
  /// Vectors of output channels in the panel, at most VectorSet::panelVectors;
  /// `outputs` channels of them are real.
  int64_t vectors, outputs;
  /// Requantized activations, or accumulators where requant is null;
  /// `resultStride` elements apart from pixel to pixel.
  void *result;
  int64_t resultStride;
  const RequantVector *requant;
  /// Weights that will be read next: brought nearer meanwhile.
  const std::byte *ahead = nullptr;
  int64_t aheadBytes = 0;
};

/// One way to multiply and accumulate: bytes (activations as unsigned ones, x +
/// 128) or 16-bit values.
struct Gemm {
  void (*run)(const GemmRow &row);
  /// Output channels per vector, elements per step, vectors per panel.
  int lanes, depth, panelVectors;
  /// Whether activations are bytes, stored as x + 128; otherwise int16. A wide Gemm of bytes takes two rows in the
  /// place of one: the high bytes, stored so, and the low ones.
  bool bytes;
  /// Whether weights are packed as bytes; otherwise as int16.
  bool byteWeights;
  /// Segments have a multiple of this many steps; the weights beyond their elements are 0, so that it does not matter
  /// what is read there.
  int stepMultiple;
};

/// A row of pixels of a depthwise convolution over `channels` channels; pixel p's tap t is at element p * pixelStride +
/// taps[t] of the input, of int8 (int16). The sum of the products fits 32 bits; the accumulator, with its bias, has 32
/// (64).
struct DepthwiseRow {
  const void *input;
  int64_t pixelStride, pixels;
  const int64_t *taps;
  int64_t tapCount;
  /// [channel block][tap pair][the set's order], see packDepthwise.
  const int16_t *weights;
  const void *bias;
  int64_t channels;
  void *result;
  int64_t resultStride;
  const RequantVector *requant;
};

/// The channel, of a block of 64, in lane `lane` of vector `vector` where bytes of four rows are interleaved.
constexpr int64_t interleavedChannel(int64_t vector, int64_t lane) { return 16 * (lane / 4) + 4 * vector + lane % 4; }

/// A row of pixels of a depthwise convolution of bytes (stored as x + 128) in blocks of 64 channels. Kernel row r's
/// inputs are rows[r] bytes after the pixel's first one, its columns columnStride apart.
struct DepthwiseBytesRow {
  const uint8_t *input;
  int64_t pixelStride, columnStride, pixels;
  /// Groups of four kernel rows; what is beyond the kernel has weights 0.
  const int64_t *rows;
  int64_t rowGroups, width;
  /// [channel block][row group][column][vector][lane][row]
  const int8_t *weights;
  /// [channel block][vector][lane], as are the requantization's lists.
  const int32_t *bias;
  const RequantVector *requant;
  int64_t channels;
  int8_t *result;
  int64_t resultStride;
};

/// An operand of an elementwise operator: consecutive, or one element repeated.
struct ElementsOperand {
  const void *data;
  bool repeated;
  double zero, multiplier;
};

struct VectorSet {
  const char *name;
  /// Multiplies and accumulates `steps` times on registers alone, at the set's best rate for i8 activations; gives the
  /// number of multiply-accumulates.
  int64_t (*peak)(int64_t steps);
  /// For i8 activations with a 32-bit accumulator, i16-like ones (exact as long
  /// as the sums fit 32 bits), and i16 ones with 64-bit accumulators.
  Gemm gemm, gemm16, wideGemm;
  /// As gemm and wideGemm for a single row of activations and weights of int8, which are read from memory once for it.
  Gemm rowGemm, wideRowGemm;
  /// Channels per block of the depthwise kernel.
  int depthwiseLanes;
  void (*depthwise8)(const DepthwiseRow &row);
  void (*depthwise16)(const DepthwiseRow &row);
  /// Null where the set does not multiply bytes; only for requantizations in integers.
  void (*depthwiseBytes)(const DepthwiseBytesRow &row);
  /// Requantizes `count` consecutive accumulators of channels 0, 1, .. to i8 or
  /// i16.
  void (*requantize32To8)(const int32_t *acc, int8_t *y, int64_t count, const RequantVector &requant);
  void (*requantize32To16)(const int32_t *acc, int16_t *y, int64_t count, const RequantVector &requant);
  /// acc = (a - za) * ma + (b - zb) * mb, requantized.
  void (*add8)(ElementsOperand a, ElementsOperand b, int8_t *y, int64_t count, const RequantVector &requant);
  void (*add16)(ElementsOperand a, ElementsOperand b, int16_t *y, int64_t count, const RequantVector &requant);
  /// acc = (a - za) * (b - zb), requantized.
  void (*mul8)(ElementsOperand a, ElementsOperand b, int8_t *y, int64_t count, const RequantVector &requant);
  void (*mul16)(ElementsOperand a, ElementsOperand b, int16_t *y, int64_t count, const RequantVector &requant);
  /// y[p * channels + c] = the maximum of x[p * pixelStride + t * tapStride + c] over the taps t; at least one.
  void (*maxWindow8)(const int8_t *x, int64_t pixelStride, int64_t tapStride, int64_t taps, int8_t *y, int64_t pixels,
                     int64_t channels);
  void (*maxWindow16)(const int16_t *x, int64_t pixelStride, int64_t tapStride, int64_t taps, int16_t *y,
                      int64_t pixels, int64_t channels);
  /// sums[i] += x[i]
  void (*accumulate8)(const int8_t *x, int32_t *sums, int64_t count);
  void (*accumulate16)(const int16_t *x, int32_t *sums, int64_t count);
  /// y[i] = table[x[i] + 128]
  void (*lookup8)(const int8_t *x, const int8_t *table, int8_t *y, int64_t count);
  /// (A24) y[i] = interpolate(table, x[i] + 32768)
  void (*lookup16)(const int16_t *x, const int16_t *table, int16_t *y, int64_t count);
  /// bytes: x + 128; words: sign-extended.
  void (*toBiasedBytes)(const int8_t *x, uint8_t *y, int64_t count);
  void (*toWords)(const int8_t *x, int16_t *y, int64_t count);
  /// high: floor(x / 256) + 128; low: what is left.
  void (*splitWords)(const int16_t *x, uint8_t *high, uint8_t *low, int64_t count);
  void (*quantize8)(const float *x, int8_t *y, int64_t count, float scale, int32_t zero);
  void (*quantize16)(const float *x, int16_t *y, int64_t count, float scale, int32_t zero);
  /// y = round_half_up(sum of weights[k] * corners[k][i], 22) over the four corners.
  void (*blend8)(const int8_t *const *corners, const int32_t *weights, int8_t *y, int64_t count);
  void (*blend16)(const int16_t *const *corners, const int32_t *weights, int16_t *y, int64_t count);
  /// y = float((x - zero) * scale), with a scale per element or one for all.
  void (*dequantize8)(const int8_t *x, float *y, int64_t count, const double *scales, bool perElement, int32_t zero);
  void (*dequantize16)(const int16_t *x, float *y, int64_t count, const double *scales, bool perElement, int32_t zero);
  void (*dequantize32)(const int32_t *x, float *y, int64_t count, const double *scales, bool perElement, int32_t zero);
  void (*dequantize64)(const int64_t *x, float *y, int64_t count, const double *scales, bool perElement, int32_t zero);
  /// y[3 * i], y[3 * i + 1], y[3 * i + 2] = a[i], b[i], c[i]
  void (*interleave3)(const int8_t *a, const int8_t *b, const int8_t *c, int8_t *y, int64_t count);
};

/// The best set that this processor has, limited by TARE_MAX_ISA (portable,
/// avx2, avx512, avx512_vnni, amx; on Arm portable, neon).
const VectorSet &vectorSet();

extern const VectorSet portableVectors;
#if defined(__x86_64__)
extern const VectorSet avx2Vectors, avx512Vectors, avx512VnniVectors, amxVectors;
#elif defined(__aarch64__)
extern const VectorSet neonVectors;
#endif

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTOR_H
