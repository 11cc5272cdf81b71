//===- Avx512.cpp - The innermost loops for AVX-512 without VNNI ----------===//
#include "Avx512Traits.h"
#include "VectorTable.h"

namespace tare::kernels {
namespace {

struct V : Avx512Traits<V> {};

} // namespace

const VectorSet avx512Vectors = vectorSetOf<V>({.name = "avx512",
                                                .peak = peakLoop<V, V::Words, 2>,
                                                .gemm = wordGemm<V>,
                                                .rowGemm = wordRowGemm<V>,
                                                .wideRowGemm = wideRowGemm<V>,
                                                .depthwiseBytes = nullptr,
                                                .lookup8 = lookupRow<V>});

} // namespace tare::kernels
