//===- Avx512Vnni.cpp - The innermost loops for AVX-512 with VNNI ---===//
#include "Vector.h"

#include <immintrin.h>

namespace tare::kernels {
namespace {

#include "Avx512Traits.inc"

#include "VectorRequant.inc"

#include "VectorGemm.inc"
#include "VectorLoops.inc"

} // namespace

#include "VectorTable.inc"

namespace {
constexpr Gemm byteGemm = {runGemm<V::Bytes>, V::ints, 4, V::panelVectors, true};
} // namespace

const VectorSet avx512VnniVectors = {"avx512_vnni", byteGemm, wordGemm, wideGemm, TARE_VECTOR_LOOPS};

} // namespace tare::kernels
