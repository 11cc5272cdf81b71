//===- Avx512.cpp - The innermost loops for AVX-512 without VNNI ---===//
#include "Vector.h"

#include <immintrin.h>

namespace tare::kernels {
namespace {

#include "Avx512Traits.inc"

#include "VectorIntegers.inc"
#include "VectorRounding.inc"
#include "VectorFunction.inc"
#include "VectorRequant.inc"
#include "VectorElementwise.inc"
#include "VectorGemm.inc"
#include "VectorDepthwise.inc"
#include "VectorLoops.inc"
#include "VectorPeak.inc"

} // namespace

namespace {
constexpr auto lookupBytes = lookupRow;
constexpr void (*depthwiseBytes)(const DepthwiseBytesRow &row) = nullptr;
} // namespace

#include "VectorTable.inc"

const VectorSet avx512Vectors = {"avx512", peakLoop<V::Words, 2>, wordGemm, wordGemm, wideGemm, TARE_VECTOR_LOOPS};

} // namespace tare::kernels
