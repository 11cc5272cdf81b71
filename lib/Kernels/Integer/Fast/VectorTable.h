//===- VectorTable.h - The loops of one vector set, as a table ------------===//
#ifndef TARE_LIB_KERNELS_INTEGER_FAST_VECTORTABLE_H
#define TARE_LIB_KERNELS_INTEGER_FAST_VECTORTABLE_H

#include "VectorDepthwise.h"
#include "VectorElementwise.h"
#include "VectorGemm.h"
#include "VectorLoops.h"
#include "VectorPeak.h"
#include "VectorRequant.h"
#include "VectorRowGemm.h"

#include <cstdint>

namespace tare::kernels {

template <typename V, typename Dot> void runGemm(const GemmRow &row) {
  V::template call<gemmRow<V, Dot>, const GemmRow &>(row);
}
template <typename V> void runWide(const GemmRow &row) { V::template call<wideRow<V>, const GemmRow &>(row); }
template <typename V, typename Dot, typename Weights> void runRow(const GemmRow &row) {
  V::template call<rowGemmRow<V, Dot, Weights>, const GemmRow &>(row);
}
template <typename V> void runSplitRow(const GemmRow &row) {
  V::template call<splitRowGemmRow<V>, const GemmRow &>(row);
}
template <typename V> void runWideRow(const GemmRow &row) { V::template call<wideRowGemmRow<V>, const GemmRow &>(row); }
template <typename V, typename T, typename Acc> void runDepthwise(const DepthwiseRow &row) {
  V::template call<depthwiseRow<V, T, Acc>, const DepthwiseRow &>(row);
}
template <typename V, typename T> void runRequantize(const int32_t *acc, T *y, int64_t count, const RequantVector &r) {
  V::template call<requantizeRow<V, int32_t, T>, const int32_t *, T *, int64_t, const RequantVector &>(acc, y, count,
                                                                                                       r);
}
template <typename V, typename T>
void runAdd(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  V::template call<addRow<V, T>, ElementsOperand, ElementsOperand, T *, int64_t, const RequantVector &>(a, b, y, count,
                                                                                                        r);
}
template <typename V, typename T>
void runMul(ElementsOperand a, ElementsOperand b, T *y, int64_t count, const RequantVector &r) {
  V::template call<mulRow<V, T>, ElementsOperand, ElementsOperand, T *, int64_t, const RequantVector &>(a, b, y, count,
                                                                                                        r);
}

template <typename V>
constexpr Gemm wordGemm = {.run = runGemm<V, typename V::Words>,
                           .lanes = V::ints,
                           .depth = 2,
                           .panelVectors = V::panelVectors,
                           .bytes = false,
                           .byteWeights = false,
                           .stepMultiple = 1};
template <typename V>
constexpr Gemm wideGemm = {.run = runWide<V>,
                           .lanes = V::ints,
                           .depth = 2,
                           .panelVectors = 2,
                           .bytes = false,
                           .byteWeights = false,
                           .stepMultiple = 1};
template <typename V>
constexpr Gemm wordRowGemm = {.run = runRow<V, typename V::Words, ByteWeights<V>>,
                              .lanes = V::ints,
                              .depth = 2,
                              .panelVectors = rowPanelVectors,
                              .bytes = false,
                              .byteWeights = true,
                              .stepMultiple = 1};
template <typename V>
constexpr Gemm wideRowGemm = {.run = runWideRow<V>,
                              .lanes = V::ints,
                              .depth = 2,
                              .panelVectors = rowPanelVectors,
                              .bytes = false,
                              .byteWeights = true,
                              .stepMultiple = 1};

/// What each set has of its own; see VectorSet.
struct OwnLoops {
  decltype(VectorSet::name) name;
  decltype(VectorSet::peak) peak;
  decltype(VectorSet::gemm) gemm;
  decltype(VectorSet::rowGemm) rowGemm;
  decltype(VectorSet::wideRowGemm) wideRowGemm;
  decltype(VectorSet::depthwiseBytes) depthwiseBytes;
  decltype(VectorSet::lookup8) lookup8;
};

/// The set of those and of the loops that all sets share.
template <typename V> consteval VectorSet vectorSetOf(const OwnLoops &own) {
  return {.name = own.name,
          .peak = own.peak,
          .gemm = own.gemm,
          .gemm16 = wordGemm<V>,
          .wideGemm = wideGemm<V>,
          .rowGemm = own.rowGemm,
          .wideRowGemm = own.wideRowGemm,
          .depthwiseLanes = depthwiseChannels<V>,
          .depthwise8 = runDepthwise<V, int8_t, int32_t>,
          .depthwise16 = runDepthwise<V, int16_t, int64_t>,
          .depthwiseBytes = own.depthwiseBytes,
          .requantize32To8 = runRequantize<V, int8_t>,
          .requantize32To16 = runRequantize<V, int16_t>,
          .add8 = runAdd<V, int8_t>,
          .add16 = runAdd<V, int16_t>,
          .mul8 = runMul<V, int8_t>,
          .mul16 = runMul<V, int16_t>,
          .maxWindow8 = maxWindowRow<V, int8_t>,
          .maxWindow16 = maxWindowRow<V, int16_t>,
          .accumulate8 = accumulateRow<V, int8_t>,
          .accumulate16 = accumulateRow<V, int16_t>,
          .lookup8 = own.lookup8,
          .lookup16 = lookupRow16<V>,
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
}

} // namespace tare::kernels

#endif // TARE_LIB_KERNELS_INTEGER_FAST_VECTORTABLE_H
