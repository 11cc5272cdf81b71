//===- Peak.h - The most that this machine could do -------------*- C++ -*-===//
#ifndef TARE_KERNELS_PEAK_H
#define TARE_KERNELS_PEAK_H

#include <cstddef>
#include <string_view>

namespace tare::kernels {

/// The instruction set that the fast integer kernels use: "avx512_vnni", "amx", ...
std::string_view instructionSet();

/// Multiply-accumulates of i8 activations that `threads` threads do in a second with that instruction set, where
/// nothing waits for memory: a loop on registers, measured here and now in some 20 ms.
double measurePeak(size_t threads);

} // namespace tare::kernels

#endif // TARE_KERNELS_PEAK_H
