//===- Portable.cpp - The innermost loops for any processor ---------------===//
//
// Plain C++ that the compiler vectorizes as far as it can; requantization in
// integers.
//
//===----------------------------------------------------------------------===//
#include "Vector.h"
#include "VectorLoops.h"

#include "tare/Kernels/Rounding.h"
#include "tare/Kernels/Tables.h"

#include <cstring>
#include <type_traits>

namespace tare::kernels {
namespace {

/// No vectors: what makes the shared loops this unit's own (see Vector.h).
struct V {};

constexpr int lanes = 8;

/// (A39)
int64_t requantizedInStages(int64_t acc, int64_t i, const RequantVector &r) {
  int64_t t = std::clamp<int64_t>(roundHalfAway(acc, r.firstShift), INT16_MIN, INT16_MAX);
  int64_t sum = roundHalfAway(t * r.multiplier[i], r.shift[i]) + int64_t(r.second[i]);
  return std::clamp<int64_t>(roundHalfAway(sum, r.lastShift), int64_t(r.low), int64_t(r.high));
}

int64_t requantized(int64_t acc, int64_t channel, const RequantVector &r) {
  int64_t i = r.perChannel ? channel : 0;
  if (r.mode == threeStages)
    return requantizedInStages(acc, i, r);
  int64_t scaled = scaleAccumulator(acc, r.multiplier[i], r.shift[i], program::Rounding(r.mode));
  int64_t zero = int64_t(r.zero);
  int64_t limited = zero + std::clamp<int64_t>(scaled, int64_t(r.low) - zero, int64_t(r.high) - zero);
  if (!r.function)
    return limited;
  int64_t y = interpolateFraction(r.function->table, r.function->fractionBits, limited - INT16_MIN); // (A64)
  return std::clamp<int64_t>(y, r.function->low, r.function->high);
}

template <typename Acc, typename T> void requantizeRow(const Acc *acc, T *y, int64_t count, const RequantVector &r) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = T(requantized(acc[i], i, r));
}

/// Vectors of 8 channels, one 16-bit element per step.
template <typename Acc, typename T> void gemmRow(const GemmRow &row) {
  using Unsigned = std::make_unsigned_t<Acc>; // Accumulators are defined modulo 2^32.
  for (int64_t p = 0; p < row.pixels; ++p) {
    for (int64_t v = 0; v < row.vectors; ++v) {
      Acc acc[lanes];
      std::memcpy(acc, static_cast<const Acc *>(row.bias) + v * lanes, sizeof acc);
      const auto *weights = reinterpret_cast<const int16_t *>(row.weights) + v * lanes;
      for (int64_t s = 0; s < row.segmentCount; ++s) {
        const auto *x = reinterpret_cast<const int16_t *>(row.input + p * row.pixelStride + row.segments[s].offset);
        for (int64_t step = 0; step < row.segments[s].steps; ++step, weights += row.vectors * lanes)
          for (int l = 0; l < lanes; ++l)
            acc[l] = Acc(Unsigned(acc[l]) + Unsigned(Acc(x[step]) * weights[l]));
      }
      int64_t outputs = std::min<int64_t>(lanes, row.outputs - v * lanes), index = p * row.resultStride + v * lanes;
      if (outputs <= 0)
        continue;
      if (row.requant)
        requantizeRow(acc, static_cast<T *>(row.result) + index, outputs, row.requant->from(v * lanes));
      else
        std::memcpy(static_cast<Acc *>(row.result) + index, acc, outputs * sizeof(Acc));
    }
  }
}

/// In the order of packDepthwise for blocks of 8 channels: see there.
template <typename T, typename Acc> void depthwiseRow(const DepthwiseRow &row) {
  for (int64_t p = 0; p < row.pixels; ++p)
    for (int64_t c = 0; c < row.channels; ++c) {
      int64_t acc = static_cast<const Acc *>(row.bias)[c], inBlock = c % lanes;
      const T *input = static_cast<const T *>(row.input) + p * row.pixelStride + c;
      const int16_t *weights = row.weights + (c - inBlock) * row.tapCount + inBlock / 4 * lanes + inBlock % 4 * 2;
      for (int64_t t = 0; t < row.tapCount; ++t)
        acc += input[row.taps[t]] * weights[t / 2 * 2 * lanes + t % 2];
      int64_t index = p * row.resultStride + c;
      if (row.requant)
        static_cast<T *>(row.result)[index] = T(requantized(Acc(acc), c, *row.requant));
      else
        static_cast<Acc *>(row.result)[index] = Acc(acc);
    }
}

template <typename T> int64_t centred(const ElementsOperand &o, int64_t i) {
  return static_cast<const T *>(o.data)[o.repeated ? 0 : i] - int64_t(o.zero);
}

template <typename T> void addRow(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  int64_t ma = int64_t(a.multiplier), mb = int64_t(b.multiplier);
  for (int64_t i = 0; i < count; ++i)
    y[i] = T(requantized(centred<T>(a, i) * ma + centred<T>(b, i) * mb, i, r));
}

template <typename T> void mulRow(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = T(requantized(centred<T>(a, i) * centred<T>(b, i), i, r));
}

void lookupRow16(const int16_t *x, const int16_t *table, int16_t *y, int64_t count) {
  for (int64_t i = 0; i < count; ++i)
    y[i] = int16_t(interpolate(table, int64_t(x[i]) + 32768));
}

/// As gemmRow computes, on two vectors.
int64_t peakLoop(int64_t steps) {
  int32_t acc[2 * lanes] = {};
  int16_t weights[2 * lanes] = {1, 2, 3}, x = 1;
  for (int64_t step = 0; step < steps; ++step) {
    asm volatile("" : "+r"(x)); // Another activation, for all the compiler knows.
    for (int l = 0; l < 2 * lanes; ++l)
      acc[l] += x * weights[l];
  }
  asm volatile("" : : "r"(acc) : "memory");
  return steps * 2 * lanes;
}

constexpr Gemm wordGemm = {.run = gemmRow<int32_t, int8_t>,
                           .lanes = lanes,
                           .depth = 1,
                           .panelVectors = 4,
                           .bytes = false,
                           .byteWeights = false,
                           .stepMultiple = 1};
constexpr Gemm wideGemm = {.run = gemmRow<int64_t, int16_t>,
                           .lanes = lanes,
                           .depth = 1,
                           .panelVectors = 4,
                           .bytes = false,
                           .byteWeights = false,
                           .stepMultiple = 1};

} // namespace

const VectorSet portableVectors = {.name = "portable",
                                   .peak = peakLoop,
                                   .gemm = wordGemm,
                                   .gemm16 = wordGemm,
                                   .wideGemm = wideGemm,
                                   .rowGemm = wordGemm,
                                   .wideRowGemm = wideGemm,
                                   .depthwiseLanes = lanes,
                                   .depthwise8 = depthwiseRow<int8_t, int32_t>,
                                   .depthwise16 = depthwiseRow<int16_t, int64_t>,
                                   .depthwiseBytes = nullptr,
                                   .requantize32To8 = requantizeRow<int32_t, int8_t>,
                                   .requantize32To16 = requantizeRow<int32_t, int16_t>,
                                   .add8 = addRow<int8_t>,
                                   .add16 = addRow<int16_t>,
                                   .mul8 = mulRow<int8_t>,
                                   .mul16 = mulRow<int16_t>,
                                   .maxWindow8 = maxWindowRow<V, int8_t>,
                                   .maxWindow16 = maxWindowRow<V, int16_t>,
                                   .accumulate8 = accumulateRow<V, int8_t>,
                                   .accumulate16 = accumulateRow<V, int16_t>,
                                   .lookup8 = lookupRow<V>,
                                   .lookup16 = lookupRow16,
                                   .toBiasedBytes = biasedBytes<V>,
                                   .toWords = words<V>,
                                   .splitWords = splitWords<V>,
                                   .quantize8 = quantizeRow<V, int8_t>,
                                   .quantize16 = quantizeRow<V, int16_t>,
                                   .blend8 = blendRow<V, int8_t, int32_t>,
                                   .blend16 = blendRow<V, int16_t, int64_t>,
                                   .dequantize8 = dequantizeRow<V, int8_t>,
                                   .dequantize16 = dequantizeRow<V, int16_t>,
                                   .dequantize32 = dequantizeRow<V, int32_t>,
                                   .dequantize64 = dequantizeRow<V, int64_t>,
                                   .interleave3 = interleaveRow<V>};

} // namespace tare::kernels
