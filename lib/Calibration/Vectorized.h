//===- Vectorized.h - Loops for several kinds of processors -----*- C++ -*-===//
#ifndef TARE_LIB_CALIBRATION_VECTORIZED_H
#define TARE_LIB_CALIBRATION_VECTORIZED_H

namespace tare::calibration {

/// What loops may use.
enum class Isa { plain, avx2, avx512 };

/// The best of this machine, up to what TARE_MAX_ISA admits (see docs/kernels.md).
Isa bestIsa();

/// A function to compile for several processors by onIsa(): it must be inlined into each of them.
#define TARE_INLINE [[gnu::always_inline]] inline

#if defined(__x86_64__)
template <auto body, typename... Args> [[gnu::target("avx2")]] auto onAvx2(Args... args) { return body(args...); }
template <auto body, typename... Args> [[gnu::target("avx512f,avx512dq,popcnt")]] auto onAvx512(Args... args) {
  return body(args...);
}
#endif

/// Calls body(args...) as compiled for `isa`. The body is TARE_INLINE, a plain loop for the compiler to vectorize that
/// computes the same whatever the vectors: sums run in lanes of their own, and nothing is contracted.
template <auto body, typename... Args> auto onIsa(Isa isa, Args... args) {
#if defined(__x86_64__)
  if (isa == Isa::avx512)
    return onAvx512<body>(args...);
  if (isa == Isa::avx2)
    return onAvx2<body>(args...);
#endif
  return body(args...);
}

} // namespace tare::calibration

#endif // TARE_LIB_CALIBRATION_VECTORIZED_H
