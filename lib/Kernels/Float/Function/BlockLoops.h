//===- BlockLoops.h - The loops, for one instruction set ------ -*- C++ -*-===//
#ifndef TARE_LIB_KERNELS_FLOAT_FUNCTION_BLOCKLOOPS_H
#define TARE_LIB_KERNELS_FLOAT_FUNCTION_BLOCKLOOPS_H

#include "ErrorFunction.h"
#include "FunctionLoops.h"

namespace tare::kernels::floating {
namespace {

/// Results are kept aside for so many elements, so that y may be x, and loops are vectors none the less.
constexpr int64_t blockSize = 256;

template <typename F> void inBlocks(const float *x, float *y, int64_t count, F f) {
  float block[blockSize];
  for (int64_t begin = 0; begin < count; begin += blockSize) {
    int64_t size = count - begin < blockSize ? count - begin : blockSize;
    f(x + begin, block, size);
    __builtin_memcpy(y + begin, block, size * sizeof(float));
  }
}

/// In double, rounded once: where float32 would lose too much.
template <typename F> void each(const float *x, float *y, int64_t count, F f) {
  inBlocks(x, y, count, [f](const float *from, float *to, int64_t size) {
    for (int64_t i = 0; i < size; ++i)
      to[i] = float(f(double(from[i])));
  });
}

/// In float32.
template <typename F> void eachNarrow(const float *x, float *y, int64_t count, F f) {
  inBlocks(x, y, count, [f](const float *from, float *to, int64_t size) {
    for (int64_t i = 0; i < size; ++i)
      to[i] = f(from[i]);
  });
}

/// std::sqrt stands in the way of vectors: it tells of negative numbers.
[[gnu::always_inline]] inline float rootOf(float x) {
#if defined(__has_builtin) && __has_builtin(__builtin_elementwise_sqrt)
  return __builtin_elementwise_sqrt(x);
#else
  return std::sqrt(x);
#endif
}

/// Of a block with a number from 2^17 on, of which the rest is not so easily found, each by the library.
template <typename F, typename Far> void eachNear(const float *x, float *y, int64_t count, F f, Far far) {
  inBlocks(x, y, count, [f, far](const float *from, float *to, int64_t size) {
    int64_t outside = 0;
    for (int64_t i = 0; i < size; ++i)
      outside += !(withoutSign(double(from[i])) < 0x1p17);
    for (int64_t i = 0; i < size; ++i)
      to[i] = float(f(double(from[i])));
    for (int64_t i = 0; outside != 0 && i < size; ++i)
      to[i] = float(far(double(from[i])));
  });
}

bool run(program::FunctionKind kind, const double *p, const float *x, float *y, int64_t count) {
  using Kind = program::FunctionKind;
  auto loop = [&](auto f) { return each(x, y, count, f), true; };
  auto narrowLoop = [&](auto f) { return eachNarrow(x, y, count, f), true; };
  switch (kind) {
  case Kind::abs:
    return narrowLoop([](float v) { return __builtin_fabsf(v); });
  case Kind::sqrt:
    return narrowLoop([](float v) { return rootOf(v); });
  case Kind::reciprocal:
    return narrowLoop([](float v) { return 1.0f / v; });
  case Kind::hard_swish:
    return narrowLoop([](float v) { return hardSwishOf(v); });
  case Kind::hard_sigmoid:
    return loop([alpha = p[0], beta = p[1]](double v) { return unitRamp(alpha * v + beta); });
  case Kind::exp:
    return narrowLoop([](float v) { return expOf(v); });
  case Kind::log:
    return narrowLoop([](float v) { return logOf(v); });
  case Kind::erf:
    return narrowLoop([](float v) { return erfOf(v); });
  case Kind::softplus:
    return narrowLoop([](float v) { return softplusOf(v); });
  case Kind::sigmoid:
    return narrowLoop([](float v) { return sigmoidOf(v); });
  case Kind::tanh:
    return narrowLoop([](float v) { return tanhOf(v); });
  case Kind::swish:
    return narrowLoop([](float v) { return swishOf(v); });
  case Kind::scaled_swish:
    return loop([alpha = p[0]](double v) { return swishOf(v, alpha); });
  case Kind::mish:
    return loop([](double v) { return mishOf(v); });
  case Kind::gelu:
    return narrowLoop([](float v) { return geluOf(v); });
  case Kind::gelu_tanh:
    return loop([](double v) { return tanhGeluOf(v); });
  case Kind::elu:
    return narrowLoop([alpha = float(p[0])](float v) { return eluOf(v, alpha); });
  case Kind::sin:
    eachNear(x, y, count, [](double v) { return sinOf(v, 0); }, [](double v) { return std::sin(v); });
    return true;
  case Kind::cos:
    eachNear(x, y, count, [](double v) { return sinOf(v, 1); }, [](double v) { return std::cos(v); });
    return true;
  default:
    return false;
  }
}

} // namespace
} // namespace tare::kernels::floating

#endif // TARE_LIB_KERNELS_FLOAT_FUNCTION_BLOCKLOOPS_H
